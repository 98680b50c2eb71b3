/** The clock of the live host. */
import { type Instant, instant } from "../kernel/time.js";

export interface Clock {
  /** In microseconds; never less than it was before. */
  now(): Instant;
}

/**
 * CLOCK_MONOTONIC, which all processes of one machine share. It promises never to go back, and the
 * machines rely on that, so a kernel or hypervisor that breaks the promise is held to it here.
 */
export class MonotonicClock implements Clock {
  #last = 0;

  now(): Instant {
    const [seconds, nanoseconds] = process.hrtime();
    const reading = seconds * 1_000_000 + Math.floor(nanoseconds / 1_000);
    if (reading > this.#last) this.#last = reading;
    return instant(this.#last);
  }
}
