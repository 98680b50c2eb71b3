/**
 * A microcontroller that runs its real firmware, in virtual time: nothing happens but while `run`
 * is in progress, and the same calls give the same cycles, on every machine.
 *
 * A reset builds processor and peripherals anew and leaves RAM and EEPROM as they were; power-on
 * fills the RAM with what happens to be there, which is made of the seed. MCUSR says why it
 * started.
 */
import { assert } from "../../src/kernel/assert.js";
import { type Duration, type Instant, instant, millis } from "../../src/kernel/time.js";
import { Chip, type ChipSurroundings } from "./chip.js";
import { type Part, type PinPart, partPin } from "./part.js";
import { PinProbe } from "./pin-probe.js";
import type { PinDrive } from "./ports.js";
import { ramAtPowerOn } from "./power-on-ram.js";
import { UartLine } from "./uart-line.js";
import { resetCauses } from "./watchdog.js";

export interface MicrocontrollerOptions {
  readonly part: Part;
  /** The whole flash (see intel-hex.ts). */
  readonly flash: Uint8Array;
  /** Of the crystal; left out, 16 MHz. */
  readonly hertz?: number;
  /** Supply and analog reference; left out, 5. */
  readonly volts?: number;
  /** Of the hosts' ends of all lines; left out, 115,200. */
  readonly baud?: number;
  /** From a reset to the first instruction; left out, 65 ms, as an Arduino's fuses have it. */
  readonly startUp?: Duration;
  /** Of what is in the RAM when power comes on. */
  readonly seed?: number;
}

export type ResetCause = keyof typeof resetCauses;

export type PowerState = "running" | "off" | "clock-stopped";

export interface Start {
  readonly at: Instant;
  readonly cause: ResetCause;
}

/** Starts that are remembered; of more the oldest make room. */
export const startsMax = 1_000;

export class Microcontroller {
  readonly part: Part;
  /** One for each UART, in their order; plugged in. */
  readonly lines: readonly UartLine[];
  /** It outlives resets and the power. */
  readonly eeprom: Uint8Array;
  readonly #hertz: number;
  readonly #supplyVolts: number;
  readonly #startUpCycles: number;
  readonly #surroundings: ChipSurroundings;
  readonly #levels = new Map<string, boolean>();
  readonly #volts = new Map<number, number>();
  readonly #probes = new Map<string, PinProbe>();
  readonly #starts: Start[] = [];
  #seed: number;
  #chip: Chip;
  #state: PowerState = "running";
  /** Cycles that passed while nothing ran. */
  #pausedCycles = 0;
  #bitten = false;

  constructor(options: MicrocontrollerOptions) {
    const { part, flash, hertz = 16_000_000, volts = 5, baud = 115_200, seed = 1 } = options;
    assert(flash.length === part.flashBytes, `${flash.length} bytes are no flash of ${part.name}`);
    this.part = part;
    this.#hertz = hertz;
    this.#supplyVolts = volts;
    this.#startUpCycles = this.#cyclesOf(options.startUp ?? millis(65));
    this.#seed = seed;
    this.eeprom = new Uint8Array(part.eepromBytes).fill(0xff);
    this.lines = part.usarts.map(() => new UartLine({ hertz, baud }));
    this.#surroundings = {
      ...{ part, flash, hertz, supplyVolts: volts, eeprom: this.eeprom },
      voltsAt: (channel) => this.#volts.get(channel) ?? 0,
      onPort: (letter) => this.#onPort(letter),
      onByte: (usart, byte) => this.#onByte(usart, byte),
      onBite: () => {
        this.#bitten = true;
      },
    };
    this.#chip = this.#powered(0);
    this.#begin("power");
  }

  /** The virtual time since it was made. */
  now(): Instant {
    return this.#instantOf(this.#cycle());
  }

  get state(): PowerState {
    return this.#state;
  }

  /** Why it started, each time, oldest first. */
  get starts(): readonly Start[] {
    return this.#starts;
  }

  runFor(duration: Duration): void {
    this.run(this.#cyclesOf(duration));
  }

  /** Lets so many cycles pass, and a few more where the last instruction needs them. */
  run(cycles: number): void {
    if (this.#state !== "running") {
      this.#pausedCycles += cycles;
      return;
    }
    const target = this.#chip.core.cycles + cycles;
    while (this.#chip.core.cycles < target) {
      this.#chip.core.run(target);
      if (this.#bitten) this.#reset("watchdog");
    }
  }

  /** The pin RESET, pulled low for a moment. */
  reset(): void {
    if (this.#state === "running") this.#reset("external");
  }

  powerOff(): void {
    this.#pause("off");
    for (const probe of this.#probes.values()) probe.see("input");
  }

  powerOn(): void {
    if (this.#state !== "off") return;
    this.#state = "running";
    this.#chip = this.#powered(this.#chip.core.cycles);
    this.#begin("power");
  }

  /** Nothing moves any more, no watchdog either; the pins stay as they are. */
  stopClock(): void {
    if (this.#state === "running") this.#pause("clock-stopped");
  }

  /** It goes on as if nothing had been. */
  startClock(): void {
    if (this.#state !== "clock-stopped") return;
    this.#state = "running";
    this.#attachLines();
  }

  /** The processor is stuck with its interrupts off; timers and watchdog go on. */
  hang(): void {
    this.#chip.core.hang();
  }

  /** @param pin as on the Arduino or in the datasheet: `A0`, `PC0` */
  setVolts(pin: string, volts: number): void {
    const { channel, name } = this.#pin(pin);
    assert(channel !== null, `${pin} is no analog input`);
    this.#volts.set(channel, volts);
    // A pin of the converter is read as a level too, and switches about halfway.
    this.#setLevel(name, volts > this.#supplyVolts / 2);
  }

  /** The level that is on the pin from outside; null leaves it open. */
  setLevel(pin: string, level: 0 | 1 | null): void {
    const { name } = this.#pin(pin);
    if (level !== null) this.#setLevel(name, level === 1);
    else {
      this.#levels.delete(name);
      this.#settle(name);
    }
  }

  /** What the microcontroller does with the pin now. */
  drive(pin: string): PinDrive {
    const { name } = this.#pin(pin);
    return this.#state === "off" ? "input" : this.#chip.ports.drive(name);
  }

  /** The same probe for the same pin; it notes changes from its first call on. */
  probe(pin: string): PinProbe {
    const { name } = this.#pin(pin);
    const known = this.#probes.get(name);
    if (known !== undefined) return known;
    const clock = { cycle: () => this.#cycle(), instantOf: this.#instantOf.bind(this) };
    const probe = new PinProbe(name, this.drive(name), clock);
    this.#probes.set(name, probe);
    return probe;
  }

  #pin(pin: string): PinPart {
    const found = partPin(this.part, pin);
    assert(found !== null, `${this.part.name} has no pin ${pin}`);
    return found;
  }

  #powered(cycles: number): Chip {
    const { part } = this;
    this.#seed += 1;
    const ram = ramAtPowerOn(this.#seed, part.dataBytes - part.ramStart);
    const holdCycles = this.#startUpCycles;
    return new Chip(this.#surroundings, { cycles, holdCycles, causes: resetCauses.power, ram });
  }

  #reset(cause: "external" | "watchdog"): void {
    const { causes, ram, core } = this.#chip;
    this.#chip = new Chip(this.#surroundings, {
      ...{ cycles: core.cycles, holdCycles: this.#startUpCycles, ram },
      causes: causes | resetCauses[cause],
    });
    this.#begin(cause);
  }

  /** A chip that was just made is what everything outside sees from now on. */
  #begin(cause: ResetCause): void {
    this.#bitten = false;
    if (this.#starts.length >= startsMax) this.#starts.shift();
    this.#starts.push({ at: this.now(), cause });
    for (const { name } of this.part.pins) this.#settle(name);
    for (const [pin, probe] of this.#probes) probe.see(this.#chip.ports.drive(pin));
    this.#attachLines();
  }

  #pause(state: "off" | "clock-stopped"): void {
    this.#state = state;
    for (const line of this.lines) line.attach(null);
  }

  #attachLines(): void {
    const { core, usarts } = this.#chip;
    for (const [index, line] of this.lines.entries()) {
      const usart = usarts[index];
      if (usart !== undefined) line.attach({ core, usart });
    }
  }

  #onByte(index: number, byte: number): void {
    const { usarts } = this.#chip;
    const usart = usarts[index];
    if (usart !== undefined) this.lines[index]?.onDeviceByte(byte, this.#cycle(), usart);
  }

  #onPort(letter: string): void {
    for (const { name } of this.part.pins) {
      if (name.charAt(1) !== letter) continue;
      if (!this.#levels.has(name)) this.#settle(name);
      this.#probes.get(name)?.see(this.#chip.ports.drive(name));
    }
  }

  #setLevel(name: string, level: boolean): void {
    this.#levels.set(name, level);
    this.#settle(name);
  }

  /** An open input reads as its pull-up has it, and low without one. */
  #settle(name: string): void {
    const { ports } = this.#chip;
    ports.setInput(name, this.#levels.get(name) ?? ports.drive(name) === "pulled-up");
  }

  #cycle(): number {
    return this.#chip.core.cycles + this.#pausedCycles;
  }

  #cyclesOf(duration: Duration): number {
    return Math.round((duration * this.#hertz) / 1_000_000);
  }

  #instantOf(cycle: number): Instant {
    return instant(Math.floor((cycle * 1_000_000) / this.#hertz));
  }
}
