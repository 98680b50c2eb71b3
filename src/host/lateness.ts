/**
 * How late the loop was woken, as a histogram: the first thing to look at on a board that stutters.
 */
import { assert } from "../kernel/assert.js";
import type { Duration } from "../kernel/time.js";

/** Upper bounds in microseconds; what is later than the last is counted beyond it. */
export const latenessBounds: readonly number[] = [
  50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 1_000_000,
];

export interface LatenessCounts {
  readonly wakeUps: number;
  readonly max: Duration;
  /** By bound how many wake-ups were later than the bound before, and not later than it. */
  readonly counts: readonly { readonly atMost: Duration | null; readonly count: number }[];
}

export class Lateness {
  readonly #counts = new Array<number>(latenessBounds.length + 1).fill(0);
  #max = 0;
  #wakeUps = 0;

  add(late: Duration): void {
    assert(late >= 0, `a wake-up before its time, by ${-late}`);
    this.#wakeUps += 1;
    if (late > this.#max) this.#max = late;
    let index = 0;
    while (index < latenessBounds.length && late > (latenessBounds[index] as number)) index += 1;
    this.#counts[index] = (this.#counts[index] as number) + 1;
  }

  counts(): LatenessCounts {
    const counts = this.#counts.map((count, index) => {
      const bound = latenessBounds[index];
      return { atMost: bound === undefined ? null : (bound as Duration), count };
    });
    return { wakeUps: this.#wakeUps, max: this.#max as Duration, counts };
  }
}

/**
 * The bound below which the given fraction of wake-ups lies; null where it lies beyond the last.
 */
export function latenessQuantile(lateness: LatenessCounts, fraction: number): Duration | null {
  let seen = 0;
  for (const { atMost, count } of lateness.counts) {
    seen += count;
    if (seen >= fraction * lateness.wakeUps) return atMost;
  }
  return null;
}
