/**
 * An Arduino with our Firmata firmware in virtual time: the simulated chip, Node's timers, its Date
 * (which johnny-five's debouncing asks) and the clock of the board move together, a millisecond at
 * a time, and nobody waits.
 */
import { setImmediate as breathe } from "node:timers/promises";
import { vi } from "vitest";
import { type OpenFirmataOptions, openFirmata } from "../../../../boards/arduino/open.js";
import type { OpenedBoard } from "../../../../boards/pin-board.js";
import { atmega328p } from "../../../../boards/simulated-avr/atmega328p.js";
import { Microcontroller } from "../../../../boards/simulated-avr/microcontroller.js";
import { openUart } from "../../../../boards/simulated-avr/uart-stream.js";
import { type Duration, type Instant, millis } from "../../../../src/kernel/time.js";
import { flashOf } from "../../simulated-avr/rig.js";

const hex = "firmware-bridge/firmata/firmata.hex";
const baud = 57_600;

/** Longer than a period of PWM; a pin that changed in it is looked at for 25 whole periods. */
const lookMs = 5;
const periodsMs = 51;

export class VirtualArduino {
  readonly mcu: Microcontroller;
  readonly #histories = new Map<string, (number | null)[]>();

  /** Fakes Node's timers: whoever makes one calls `end`. */
  constructor() {
    vi.useFakeTimers({
      toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"],
    });
    const flash = flashOf(atmega328p, hex);
    this.mcu = new Microcontroller({ part: atmega328p, flash, baud, startUp: millis(1) });
    for (const pin of ["D8", "D12"]) this.#watch(pin);
  }

  now(): Instant {
    return this.mcu.now();
  }

  async pass(wait: Duration): Promise<void> {
    for (let passed = 0; passed < wait; passed += 1_000) {
      this.mcu.runFor(millis(1));
      vi.advanceTimersByTime(1);
      await breathe();
    }
  }

  open(options: Partial<OpenFirmataOptions> = {}): Promise<OpenedBoard> {
    return this.during(
      openFirmata({
        name: "a simulated Arduino",
        open: () => openUart(this.mcu.lines[0] ?? missing()),
        clock: { now: () => this.now() },
        ...options,
      }),
    );
  }

  /** Time passes until the promise is settled. */
  async during<Value>(promise: Promise<Value>): Promise<Value> {
    let over = false;
    const settled = promise.finally(() => {
      over = true;
    });
    while (!over) await this.pass(millis(1));
    return await settled;
  }

  /** A level, or the share of the time at which it is high; null where nobody drives. */
  async measure(pin: string): Promise<number | null> {
    const probe = this.mcu.probe(pin);
    this.#note(pin);
    probe.takeDuty();
    await this.pass(millis(lookMs));
    const { drive } = probe;
    if (drive === "pulled-up") return 1;
    if (drive === "input") return null;
    if (this.#note(pin) === 0) return probe.level;
    await this.pass(millis(periodsMs - lookMs));
    return probe.takeDuty();
  }

  /** What the pin was driven at since the start. */
  history(pin: string): readonly (number | null)[] {
    this.#note(pin);
    return this.#histories.get(pin) ?? [];
  }

  end(): void {
    vi.useRealTimers();
  }

  #watch(pin: string): void {
    this.mcu.probe(pin);
    this.#histories.set(pin, [null]);
  }

  /** @returns how many changes there were */
  #note(pin: string): number {
    const { changes } = this.mcu.probe(pin).takeChanges();
    const levels = { low: 0, high: 1, "pulled-up": null, input: null } as const;
    this.#histories.get(pin)?.push(...changes.map(({ drive }) => levels[drive]));
    return changes.length;
  }
}

function missing(): never {
  throw new Error("the chip has no UART");
}
