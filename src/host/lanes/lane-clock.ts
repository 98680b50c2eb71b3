/**
 * The clock that a lane sleeps by: the kernel's, or, where there are no system calls, what
 * JavaScript has: a wait of its own length, up to 50 us later and with a little garbage.
 */
import type { Posix } from "./posix.js";

export interface LaneClock {
  /** CLOCK_MONOTONIC in whole microseconds. */
  now(): number;
  /** Blocks the calling thread until `at` of the same clock, or a little later. */
  sleepUntil(at: number): void;
}

export const laneClock = (posix: Posix | null): LaneClock => posix ?? new WaitingClock();

class WaitingClock implements LaneClock {
  readonly #never = new Int32Array(new SharedArrayBuffer(4));

  now(): number {
    return Math.floor(Number(process.hrtime.bigint()) / 1_000);
  }

  sleepUntil(at: number): void {
    for (let left = at - this.now(); left > 0; left = at - this.now()) {
      Atomics.wait(this.#never, 0, 0, left / 1_000);
    }
  }
}
