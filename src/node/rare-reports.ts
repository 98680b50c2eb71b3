/**
 * Keeps reports rare that anybody on the network can cause: one for each key in a while, and what
 * was held back is counted in the next. A flood must fill neither a disk nor a screen.
 */
import { assert } from "../kernel/assert.js";
import { after, type Duration, type Instant } from "../kernel/time.js";

/** Keys that are told apart; the rest share one. */
export const reportKeysMax = 64;

interface Quiet {
  until: Instant;
  heldBack: number;
}

export class RareReports {
  readonly #every: Duration;
  readonly #quiets = new Map<string, Quiet>();

  constructor(every: Duration) {
    assert(every > 0, "reports without a pause are not rare");
    this.#every = every;
  }

  /** How many cases a report now stands for, this one among them; null: hold it back. */
  take(now: Instant, key: string): number | null {
    const quiet = this.#quietOf(now, key);
    quiet.heldBack += 1;
    if (now < quiet.until) return null;
    const count = quiet.heldBack;
    quiet.heldBack = 0;
    quiet.until = after(now, this.#every);
    return count;
  }

  #quietOf(now: Instant, wanted: string): Quiet {
    const known = this.#quiets.get(wanted);
    if (known !== undefined) return known;
    if (this.#quiets.size >= reportKeysMax) this.#forgetQuiet(now);
    const key = this.#quiets.size < reportKeysMax ? wanted : "others";
    const quiet = this.#quiets.get(key) ?? { until: now, heldBack: 0 };
    this.#quiets.set(key, quiet);
    return quiet;
  }

  /** Keys of which nothing came since their pause is over; what they held back goes untold. */
  #forgetQuiet(now: Instant): void {
    for (const [key, { until }] of this.#quiets) if (until <= now) this.#quiets.delete(key);
  }
}
