/**
 * A microcontroller from one reset to the next: processor, memory and peripherals, wired up. What
 * outlives a reset is handed in.
 */
import { AVREEPROM } from "avr8js";
import { Adc } from "./adc.js";
import { Core } from "./core.js";
import type { Part } from "./part.js";
import { Ports } from "./ports.js";
import { Timer } from "./timer.js";
import { Usart } from "./usart.js";
import { mcusr, Watchdog } from "./watchdog.js";

export interface ChipSurroundings {
  readonly part: Part;
  readonly flash: Uint8Array;
  /** Of the crystal. */
  readonly hertz: number;
  readonly supplyVolts: number;
  /** The firmware writes into it. */
  readonly eeprom: Uint8Array;
  /** What is on the inputs of the converter, in volts. */
  readonly voltsAt: (channel: number) => number;
  /** A port, by its letter, has changed what it does. */
  readonly onPort: (letter: string) => void;
  /** A UART has sent a byte. */
  readonly onByte: (usart: number, byte: number) => void;
  /** The watchdog wants its reset; the chip runs no further. */
  readonly onBite: () => void;
}

export interface ChipStart {
  readonly cycles: number;
  /** From there to the first instruction. */
  readonly holdCycles: number;
  /** The bits of MCUSR. */
  readonly causes: number;
  /** What the RAM has when it starts. */
  readonly ram: Uint8Array;
}

const eepromRegisters = { EECR: 0x3f, EEDR: 0x40, EEARL: 0x41, EEARH: 0x42 };

/** 1.8 ms each to erase and to write (section 8.4.3). */
const eepromHertz = 1 / 0.0018;

export class Chip {
  readonly core: Core;
  readonly ports: Ports;
  readonly usarts: readonly Usart[];
  readonly #part: Part;

  constructor(around: ChipSurroundings, start: ChipStart) {
    const { part } = around;
    const core = new Core(around.flash, part.dataBytes, start.cycles);
    const ports = new Ports(core, part, around.onPort);
    this.#part = part;
    this.core = core;
    this.ports = ports;
    core.data.set(start.ram, part.ramStart);
    core.data[mcusr] = start.causes;
    for (const timer of part.timers) {
      new Timer(core, timer, (pin, action) => ports.override(pin, action));
    }
    new Adc(core, part.adc, around.supplyVolts, around.voltsAt);
    const watchdog = new Watchdog(core, part.watchdog, around.hertz, () => {
      core.stop();
      around.onBite();
    });
    addEeprom(core, around);
    this.usarts = part.usarts.map(
      (usart, index) => new Usart(core, usart, (byte) => around.onByte(index, byte)),
    );
    core.hold(start.holdCycles, () => watchdog.start());
  }

  /** The bits of MCUSR, as far as the firmware has left them. */
  get causes(): number {
    return this.core.data[mcusr] ?? 0;
  }

  get ram(): Uint8Array {
    return this.core.data.slice(this.#part.ramStart);
  }
}

function addEeprom(core: Core, { part, eeprom, hertz }: ChipSurroundings): void {
  const cycles = Math.round(hertz / eepromHertz);
  const memory = {
    readMemory: (address: number): number => eeprom[address % eeprom.length] ?? 0,
    writeMemory: (address: number, value: number): void => {
      // Writing only clears bits; to set them takes an erase.
      eeprom[address % eeprom.length] = (eeprom[address % eeprom.length] ?? 0) & value;
    },
    eraseMemory: (address: number): void => {
      eeprom[address % eeprom.length] = 0xff;
    },
  };
  new AVREEPROM(core, memory, {
    ...{ ...eepromRegisters, eepromReadyInterrupt: part.eepromVector },
    ...{ eraseCycles: cycles, writeCycles: cycles },
  });
}
