/** The ATmega328P of an Arduino Uno or Nano (datasheet DS40002061A, register summary). */
import type { AdcInput } from "./adc.js";
import { arduinoPins, type Part } from "./part.js";
import type { TimerPart } from "./timer.js";
import { dividersOfTimer, dividersOfTimer2 } from "./timer-modes.js";

const timer0: TimerPart = {
  ...{ bits: 8, controlA: 0x44, controlB: 0x45, count: 0x46, compare: [0x47, 0x48], capture: 0 },
  ...{ flags: 0x35, mask: 0x6e, dividers: dividersOfTimer },
  ...{ compareVectors: [0x1c, 0x1e], overflowVector: 0x20, pins: ["PD6", "PD5"] },
};

const timer1: TimerPart = {
  ...{ bits: 16, controlA: 0x80, controlB: 0x81, count: 0x84, compare: [0x88, 0x8a] },
  ...{ capture: 0x86, flags: 0x36, mask: 0x6f, dividers: dividersOfTimer },
  ...{ compareVectors: [0x16, 0x18], overflowVector: 0x1a, pins: ["PB1", "PB2"] },
};

const timer2: TimerPart = {
  ...{ bits: 8, controlA: 0xb0, controlB: 0xb1, count: 0xb2, compare: [0xb3, 0xb4], capture: 0 },
  ...{ flags: 0x37, mask: 0x70, dividers: dividersOfTimer2 },
  ...{ compareVectors: [0x0e, 0x10], overflowVector: 0x12, pins: ["PB3", "PD3"] },
};

/** The temperature of the chip at 25 degrees (section 24.8). */
const temperatureVolts = 0.314;

const inputs = new Map<number, AdcInput>([
  ...Array.from({ length: 8 }, (_, channel): [number, AdcInput] => [
    channel,
    { kind: "pin", channel },
  ]),
  [8, { kind: "constant", volts: temperatureVolts }],
  [14, { kind: "constant", volts: 1.1 }],
  [15, { kind: "constant", volts: 0 }],
]);

export const atmega328p: Part = {
  name: "ATmega328P",
  ...{ flashBytes: 32 * 1_024, dataBytes: 0x900, ramStart: 0x100 },
  ...{ eepromBytes: 1_024, eepromVector: 0x2c },
  ports: [
    { letter: "B", address: 0x23, external: [] },
    { letter: "C", address: 0x26, external: [] },
    {
      ...{ letter: "D", address: 0x29 },
      external: [
        { bit: 2, index: 0, vector: 0x02 },
        { bit: 3, index: 1, vector: 0x04 },
      ],
    },
  ],
  pinChanges: [
    { index: 0, mask: 0x6b, vector: 0x06, members: [{ letter: "B", bits: 0xff, offset: 0 }] },
    { index: 1, mask: 0x6c, vector: 0x08, members: [{ letter: "C", bits: 0x7f, offset: 0 }] },
    { index: 2, mask: 0x6d, vector: 0x0a, members: [{ letter: "D", bits: 0xff, offset: 0 }] },
  ],
  timers: [timer0, timer1, timer2],
  usarts: [
    {
      ...{ statusA: 0xc0, statusB: 0xc1, statusC: 0xc2, rateLow: 0xc4, rateHigh: 0xc5 },
      ...{ data: 0xc6, received: 0x24, empty: 0x26, sent: 0x28 },
    },
  ],
  adc: {
    ...{ select: 0x7c, statusA: 0x7a, statusB: 0x7b, low: 0x78, high: 0x79, vector: 0x2a },
    ...{ inputs, inputMask: 0x0f, references: [null, null, null, 1.1] },
  },
  watchdog: { control: 0x60, vector: 0x0c },
  pins: [
    ...arduinoPins("D", "PD0 PD1 PD2 PD3 PD4 PD5 PD6 PD7 PB0 PB1 PB2 PB3 PB4 PB5"),
    ...arduinoPins("A", "PC0 PC1 PC2 PC3 PC4 PC5", 0),
  ],
};
