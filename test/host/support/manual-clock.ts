/** A clock that stands until it is moved. */
import { type Instant, instant } from "../../../src/kernel/time.js";

export class ManualClock {
  #now: Instant;

  constructor(now = 1_000_000) {
    this.#now = instant(now);
  }

  now(): Instant {
    return this.#now;
  }

  advance(us: number): Instant {
    this.#now = instant(this.#now + us);
    return this.#now;
  }
}
