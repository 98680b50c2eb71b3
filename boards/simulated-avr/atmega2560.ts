/** The ATmega2560 of an Arduino Mega (datasheet DS40002211A, register summary and table 14-1). */
import type { AdcInput } from "./adc.js";
import { arduinoPins, type ExternalInterruptPart, type Part, type PortPart } from "./part.js";
import type { TimerPart } from "./timer.js";
import { dividersOfTimer, dividersOfTimer2 } from "./timer-modes.js";
import type { UsartPart } from "./usart.js";

const timer0: TimerPart = {
  ...{ bits: 8, controlA: 0x44, controlB: 0x45, count: 0x46, compare: [0x47, 0x48], capture: 0 },
  ...{ flags: 0x35, mask: 0x6e, dividers: dividersOfTimer },
  ...{ compareVectors: [0x2a, 0x2c], overflowVector: 0x2e, pins: ["PB7", "PG5"] },
};

const timer2: TimerPart = {
  ...{ bits: 8, controlA: 0xb0, controlB: 0xb1, count: 0xb2, compare: [0xb3, 0xb4], capture: 0 },
  ...{ flags: 0x37, mask: 0x70, dividers: dividersOfTimer2 },
  ...{ compareVectors: [0x1a, 0x1c], overflowVector: 0x1e, pins: ["PB4", "PH6"] },
};

/** Timers 1, 3, 4 and 5 are alike. */
const wideTimer = (
  index: number,
  base: number,
  firstVector: number,
  pins: readonly string[],
): TimerPart => ({
  ...{ bits: 16, controlA: base, controlB: base + 1, count: base + 4, capture: base + 6 },
  compare: [base + 8, base + 10, base + 12],
  ...{ flags: 0x35 + index, mask: 0x6e + index, dividers: dividersOfTimer },
  compareVectors: [firstVector, firstVector + 2, firstVector + 4],
  ...{ overflowVector: firstVector + 6, pins },
});

const usart = (base: number, received: number): UsartPart => ({
  ...{ statusA: base, statusB: base + 1, statusC: base + 2, rateLow: base + 4, rateHigh: base + 5 },
  ...{ data: base + 6, received, empty: received + 2, sent: received + 4 },
});

const pinInput = (mux: number, channel: number): [number, AdcInput] => [
  mux,
  { kind: "pin", channel },
];

const inputs = new Map<number, AdcInput>([
  ...Array.from({ length: 8 }, (_, channel) => pinInput(channel, channel)),
  ...Array.from({ length: 8 }, (_, index) => pinInput(0x20 + index, 8 + index)),
  [0x1e, { kind: "constant", volts: 1.1 }],
  [0x1f, { kind: "constant", volts: 0 }],
]);

const externalInterrupts = (firstBit: number, first: number): readonly ExternalInterruptPart[] =>
  Array.from({ length: 4 }, (_, index) => ({
    bit: firstBit + index,
    index: first + index,
    vector: 2 * (1 + first + index),
  }));

const port = (
  letter: string,
  address: number,
  external: readonly ExternalInterruptPart[] = [],
): PortPart => ({ letter, address, external });

export const atmega2560: Part = {
  name: "ATmega2560",
  ...{ flashBytes: 256 * 1_024, dataBytes: 0x2200, ramStart: 0x200 },
  ...{ eepromBytes: 4_096, eepromVector: 0x3c },
  ports: [
    ...[port("A", 0x20), port("B", 0x23), port("C", 0x26)],
    ...[port("D", 0x29, externalInterrupts(0, 0)), port("E", 0x2c, externalInterrupts(4, 4))],
    ...[port("F", 0x2f), port("G", 0x32), port("H", 0x100), port("J", 0x103)],
    ...[port("K", 0x106), port("L", 0x109)],
  ],
  pinChanges: [
    { index: 0, mask: 0x6b, vector: 0x12, members: [{ letter: "B", bits: 0xff, offset: 0 }] },
    {
      ...{ index: 1, mask: 0x6c, vector: 0x14 },
      members: [
        { letter: "E", bits: 0x01, offset: 0 },
        { letter: "J", bits: 0x7f, offset: 1 },
      ],
    },
    { index: 2, mask: 0x6d, vector: 0x16, members: [{ letter: "K", bits: 0xff, offset: 0 }] },
  ],
  timers: [
    timer0,
    wideTimer(1, 0x80, 0x22, ["PB5", "PB6", "PB7"]),
    timer2,
    wideTimer(3, 0x90, 0x40, ["PE3", "PE4", "PE5"]),
    wideTimer(4, 0xa0, 0x54, ["PH3", "PH4", "PH5"]),
    wideTimer(5, 0x120, 0x5e, ["PL3", "PL4", "PL5"]),
  ],
  usarts: [usart(0xc0, 0x32), usart(0xc8, 0x48), usart(0xd0, 0x66), usart(0x130, 0x6c)],
  adc: {
    ...{ select: 0x7c, statusA: 0x7a, statusB: 0x7b, low: 0x78, high: 0x79, vector: 0x3a },
    ...{ inputs, inputMask: 0x3f, references: [null, null, 1.1, 2.56] },
  },
  watchdog: { control: 0x60, vector: 0x18 },
  pins: [
    ...arduinoPins(
      "D",
      "PE0 PE1 PE4 PE5 PG5 PE3 PH3 PH4 PH5 PH6 PB4 PB5 PB6 PB7 PJ1 PJ0 PH1 PH0 PD3 PD2 PD1 PD0 " +
        "PA0 PA1 PA2 PA3 PA4 PA5 PA6 PA7 PC7 PC6 PC5 PC4 PC3 PC2 PC1 PC0 PD7 PG2 PG1 PG0 " +
        "PL7 PL6 PL5 PL4 PL3 PL2 PL1 PL0 PB3 PB2 PB1 PB0",
    ),
    ...arduinoPins("A", "PF0 PF1 PF2 PF3 PF4 PF5 PF6 PF7 PK0 PK1 PK2 PK3 PK4 PK5 PK6 PK7", 0),
  ],
};
