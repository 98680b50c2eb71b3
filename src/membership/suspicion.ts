/**
 * A suspicion and how long it lasts (Lifeguard, section 4.2). One accuser may be the one that is
 * slow, so it waits long for company; each further accuser who says so by itself shortens the wait
 * logarithmically, down to the least. The same accuser counts once, however often it says so.
 */
import { assert } from "../kernel/assert.js";
import type { NodeId } from "../kernel/ids.js";
import { after, type Duration, type Instant, instant, micros } from "../kernel/time.js";

/**
 * @param confirmed how many others have confirmed it so far
 * @param wanted how many shorten it to the least; K in the paper, at least 1
 * @returns counted from its beginning; at least `least`
 */
export function suspicionLength(
  confirmed: number,
  wanted: number,
  least: Duration,
  most: Duration,
): Duration {
  const share = Math.log(confirmed + 1) / Math.log(wanted + 1);
  const length = Math.floor((most - share * (most - least)) / 1_000) * 1_000;
  return micros(Math.max(least, length));
}

export interface SuspicionOptions {
  readonly now: Instant;
  readonly accuser: NodeId;
  readonly least: Duration;
  readonly most: Duration;
  /** 0: nobody could confirm it, so that it lasts for the least. */
  readonly wanted: number;
}

export class Suspicion {
  readonly #options: SuspicionOptions;
  readonly #accusers: NodeId[];
  #endsAt: Instant;

  constructor(options: SuspicionOptions) {
    assert(options.least <= options.most, "a suspicion's least length exceeds its most");
    this.#options = options;
    this.#accusers = [options.accuser];
    this.#endsAt = after(options.now, this.length);
  }

  get endsAt(): Instant {
    return this.#endsAt;
  }

  /** Of the whole suspicion, by the confirmations so far. */
  get length(): Duration {
    const { wanted, least, most } = this.#options;
    if (wanted === 0) return least;
    return suspicionLength(this.#accusers.length - 1, wanted, least, most);
  }

  /** True where it is news: from a new accuser, and not more than are wanted. */
  confirm(accuser: NodeId): boolean {
    if (this.#accusers.length > this.#options.wanted) return false;
    if (this.#accusers.includes(accuser)) return false;
    const before = this.length;
    this.#accusers.push(accuser);
    this.#endsAt = instant(Math.max(0, this.#endsAt - (before - this.length)));
    return true;
  }

  /** Our own loop was late: who wanted to refute could not reach us. */
  postpone(by: Duration): void {
    this.#endsAt = after(this.#endsAt, by);
  }
}
