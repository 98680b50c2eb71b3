/** A probe on a pin: what the microcontroller did with it, when, for which share of the time. */
import type { Instant } from "../../src/kernel/time.js";
import type { PinDrive } from "./ports.js";

export interface PinChange {
  readonly at: Instant;
  readonly drive: PinDrive;
}

export interface ProbeClock {
  /** The time now, in cycles. */
  cycle(): number;
  instantOf(cycle: number): Instant;
}

/** Changes that are kept; of more the oldest make room, and are counted. */
export const pinChangesMax = 10_000;

export class PinProbe {
  readonly pin: string;
  readonly #clock: ProbeClock;
  readonly #changes: PinChange[] = [];
  #drive: PinDrive;
  #missed = 0;
  #since: number;
  #dutyFrom: number;
  #highCycles = 0;

  constructor(pin: string, drive: PinDrive, clock: ProbeClock) {
    this.pin = pin;
    this.#drive = drive;
    this.#clock = clock;
    this.#since = clock.cycle();
    this.#dutyFrom = this.#since;
  }

  get drive(): PinDrive {
    return this.#drive;
  }

  /** 0 or 1 where it is driven, null where the pin is let go, pulled up or not. */
  get level(): 0 | 1 | null {
    if (this.#drive === "low") return 0;
    return this.#drive === "high" ? 1 : null;
  }

  /** Changes since the last look, oldest first; `missed` had to make room. */
  takeChanges(): { readonly changes: readonly PinChange[]; readonly missed: number } {
    const missed = this.#missed;
    this.#missed = 0;
    return { changes: this.#changes.splice(0), missed };
  }

  /** The share of the time since the last look in which it was driven high, 0 to 1. */
  takeDuty(): number {
    const cycle = this.#clock.cycle();
    this.#count(cycle);
    const all = cycle - this.#dutyFrom;
    const duty = all === 0 ? Number(this.#drive === "high") : this.#highCycles / all;
    this.#dutyFrom = cycle;
    this.#highCycles = 0;
    return duty;
  }

  /** For the microcontroller: what the pin does from now on. */
  see(drive: PinDrive): void {
    if (drive === this.#drive) return;
    const cycle = this.#clock.cycle();
    this.#count(cycle);
    this.#drive = drive;
    if (this.#changes.length >= pinChangesMax) {
      this.#changes.shift();
      this.#missed += 1;
    }
    this.#changes.push({ at: this.#clock.instantOf(cycle), drive });
  }

  #count(cycle: number): void {
    if (this.#drive === "high") this.#highCycles += cycle - this.#since;
    this.#since = cycle;
  }
}
