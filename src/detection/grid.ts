/**
 * Instants that lie one period apart, from a start on. What is done on a grid is done once after a
 * sleep, never in a burst, and a late turn does not shift the turns after it.
 *
 * Invariant: after `pass(now)` the next point is later than `now`.
 */
import { assert } from "../kernel/assert.js";
import { after, type Duration, elapsed, type Instant, micros } from "../kernel/time.js";

export class Grid {
  readonly #period: Duration;
  #next: Instant;

  /** The first point is `start` itself. */
  constructor(start: Instant, period: Duration) {
    assert(period > 0, "a grid needs a period");
    this.#period = period;
    this.#next = start;
  }

  get next(): Instant {
    return this.#next;
  }

  /** Whether a point has come. Those that a sleep has missed are not made up for. */
  pass(now: Instant): boolean {
    if (now < this.#next) return false;
    const missed = Math.floor(elapsed(this.#next, now) / this.#period);
    this.#next = after(this.#next, micros((missed + 1) * this.#period));
    return true;
  }
}
