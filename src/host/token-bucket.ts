/** Lets through a mean rate with bursts; says no to what is beyond, and never waits. */
import { assert } from "../kernel/assert.js";
import { elapsed, type Instant } from "../kernel/time.js";

export interface TokenBucketOptions {
  readonly now: Instant;
  readonly perSecond: number;
  /** How much may come at once after a rest. */
  readonly burst: number;
}

export class TokenBucket {
  readonly #options: TokenBucketOptions;
  #tokens: number;
  #at: Instant;

  /** Full at the beginning. */
  constructor(options: TokenBucketOptions) {
    assert(options.perSecond > 0 && options.burst > 0, "a bucket that lets nothing through");
    this.#options = options;
    this.#tokens = options.burst;
    this.#at = options.now;
  }

  /** True when `count` may pass; otherwise nothing is taken. */
  take(now: Instant, count: number): boolean {
    const { perSecond, burst } = this.#options;
    const gained = (elapsed(this.#at, now) * perSecond) / 1_000_000;
    this.#tokens = Math.min(burst, this.#tokens + gained);
    this.#at = now;
    if (count > this.#tokens) return false;
    this.#tokens -= count;
    return true;
  }
}
