/**
 * The last intervals between the beats of one peer, and what they say of the next: mean and
 * standard deviation. The two are taken anew from the whole window each time; sums that are
 * carried on would gather rounding for as long as the node runs.
 */
import { assert } from "../../kernel/assert.js";
import type { Duration } from "../../kernel/time.js";

/** Intervals that are kept; the oldest makes room. */
export const intervalsMax = 200;

export interface Spread {
  /** In microseconds. */
  readonly mean: number;
  readonly deviation: number;
}

export class Arrivals {
  #intervals = new Float64Array(16);
  #count = 0;
  #next = 0;

  get count(): number {
    return this.#count;
  }

  add(interval: Duration): void {
    if (this.#next === this.#intervals.length) this.#grow();
    this.#intervals[this.#next] = interval;
    this.#next = (this.#next + 1) % intervalsMax;
    this.#count = Math.min(this.#count + 1, intervalsMax);
  }

  /** Of the whole window, by its number of intervals. At least one must be there. */
  spread(): Spread {
    assert(this.#count > 0, "no interval to judge by");
    let sum = 0;
    for (let at = 0; at < this.#count; at += 1) sum += this.#intervals[at] as number;
    const mean = sum / this.#count;
    let squares = 0;
    for (let at = 0; at < this.#count; at += 1) {
      const off = (this.#intervals[at] as number) - mean;
      squares += off * off;
    }
    return { mean, deviation: Math.sqrt(squares / this.#count) };
  }

  /** A peer that is heard a few times takes a few places. */
  #grow(): void {
    const grown = new Float64Array(Math.min(2 * this.#intervals.length, intervalsMax));
    grown.set(this.#intervals);
    this.#intervals = grown;
  }
}
