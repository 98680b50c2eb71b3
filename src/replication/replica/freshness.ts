/**
 * How old our state may be. Asked of the leader at t, up to which index must one have applied? Once
 * we have, our state has every write that was acknowledged before t, however long the answer took.
 * That needs no clock but our own, and a leader that was deposed cannot make us look young, for it
 * gives no such answer.
 *
 * Invariant: `age` is never less than the time since the newest acknowledged write that our state
 * lacks.
 */
import { type Duration, elapsed, type Instant } from "../../kernel/time.js";

/**
 * Answers that are ahead of what we have applied; of more, the newest are not kept. Were it the
 * oldest, one that is always so far behind would never come to any of them, and have no age.
 */
const aheadMax = 64;

interface Confirmed {
  readonly askedAt: Instant;
  readonly index: number;
}

export class Freshness {
  #freshAt: Instant | null = null;
  readonly #ahead: Confirmed[] = [];

  confirmed(askedAt: Instant, index: number, applied: number): void {
    if (index <= applied) this.#settle(askedAt);
    else if (this.#ahead.length < aheadMax) this.#ahead.push({ askedAt, index });
  }

  applied(index: number): void {
    if (this.#ahead.length === 0) return;
    for (let at = this.#ahead.length - 1; at >= 0; at -= 1) {
      const one = this.#ahead[at] as Confirmed;
      if (one.index > index) continue;
      this.#ahead.splice(at, 1);
      this.#settle(one.askedAt);
    }
  }

  /** Null where nobody can tell. */
  age(now: Instant): Duration | null {
    return this.#freshAt === null ? null : elapsed(this.#freshAt, now);
  }

  #settle(askedAt: Instant): void {
    if (this.#freshAt === null || askedAt > this.#freshAt) this.#freshAt = askedAt;
  }
}
