/**
 * How long whoever has lost the right, or its session, waits before it asks again. Each time costs
 * entries in the log of all; where the machines are too busy for the lease, asking again at once
 * fills the log and makes them busier.
 *
 * The first loss in a while costs no wait. From the second on it is `first`, then twice as long
 * each time, up to `most`. What lasts for `steady` without a loss is well again.
 */
import { assert } from "../../kernel/assert.js";
import { type Duration, elapsed, type Instant, micros } from "../../kernel/time.js";

export interface BackoffOptions {
  readonly first: Duration;
  readonly most: Duration;
  readonly steady: Duration;
}

export class Backoff {
  readonly #options: BackoffOptions;
  #lastAt: Instant | null = null;
  /** Losses without `steady` between them. */
  #losses = 0;

  constructor(options: BackoffOptions) {
    assert(options.first > 0 && options.most >= options.first, "a wait that does not grow");
    this.#options = options;
  }

  /** @returns how long to wait; 0 for the first loss in a while */
  lost(now: Instant): Duration {
    const { first, most, steady } = this.#options;
    if (this.#lastAt !== null && elapsed(this.#lastAt, now) >= steady) this.#losses = 0;
    this.#lastAt = now;
    this.#losses += 1;
    if (this.#losses === 1) return micros(0);
    // The exponent is bounded, for a number of any size must not become infinite.
    const doublings = Math.min(this.#losses - 2, 30);
    return micros(Math.min(first * 2 ** doublings, most));
  }
}
