/** A clock that goes on when the test says so. */
import { after, type Duration, type Instant, instant } from "../../../src/kernel/time.js";

export class VirtualClock {
  #now: Instant = instant(1_000_000);

  now(): Instant {
    return this.#now;
  }

  advance(time: Duration): void {
    this.#now = after(this.#now, time);
  }
}
