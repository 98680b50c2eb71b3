/**
 * How often an expired entity may be restored. In AUTOSAR never: expired is expired, and the reset
 * comes. But whether the board resets is the dog's decision; a process that was stopped for a
 * moment and works again gains nothing by a reset. Without a bound, though, an entity that fails
 * and comes back for ever would keep the dog fed with half of its work undone.
 */
import { assert } from "../../kernel/assert.js";
import { type Duration, elapsed, type Instant } from "../../kernel/time.js";

export interface RestorationLimit {
  /** So many in any stretch of `per`; 0 for none, as in AUTOSAR. */
  readonly max: number;
  readonly per: Duration;
}

/** The instants of so many are kept. */
const restorationsMax = 1_000;

export class Restorations {
  readonly #limit: RestorationLimit;
  /** The newest last; at most `max`. */
  readonly #at: Instant[] = [];

  constructor(limit: RestorationLimit) {
    assert(limit.max >= 0 && limit.max <= restorationsMax, `${limit.max} restorations`);
    this.#limit = limit;
  }

  /** Whether there may be one more; it is counted. */
  take(now: Instant): boolean {
    const { max, per } = this.#limit;
    const oldest = this.#at.length < max ? undefined : this.#at[0];
    if (max === 0 || (oldest !== undefined && elapsed(oldest, now) < per)) return false;
    if (oldest !== undefined) this.#at.shift();
    this.#at.push(now);
    return true;
  }
}
