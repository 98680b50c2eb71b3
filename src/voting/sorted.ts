/** The values of ballots in ascending order, in memory that is used again and again. */
import type { Ballots } from "./ballots.js";

/** Fills the first `ballots.count` places. Insertion: the vectors are short. */
export function sortInto(sorted: Float64Array, { values, count }: Ballots): void {
  for (let index = 0; index < count; index += 1) {
    const value = values[index] as number;
    let at = index;
    while (at > 0 && (sorted[at - 1] as number) > value) {
      sorted[at] = sorted[at - 1] as number;
      at -= 1;
    }
    sorted[at] = value;
  }
}

/** Ballots in ascending order, and whose they are. */
export interface Ranking {
  readonly values: Float64Array;
  readonly channels: Uint8Array;
}

export const rankingOf = (channels: number): Ranking => ({
  values: new Float64Array(channels),
  channels: new Uint8Array(channels),
});

/** Fills the first `ballots.count` places; of equal values the lower channel is first. */
export function rankInto(ranking: Ranking, { values, channels, count }: Ballots): void {
  for (let index = 0; index < count; index += 1) {
    const value = values[index] as number;
    let at = index;
    while (at > 0 && (ranking.values[at - 1] as number) > value) {
      ranking.values[at] = ranking.values[at - 1] as number;
      ranking.channels[at] = ranking.channels[at - 1] as number;
      at -= 1;
    }
    ranking.values[at] = value;
    ranking.channels[at] = channels[index] as number;
  }
}

/**
 * The middle of sorted[begin] to sorted[end - 1]; of an even number the mean of the two in the
 * middle. NaN where there are none.
 */
export function middleOf(sorted: Float64Array, begin: number, end: number): number {
  if (end <= begin) return Number.NaN;
  const upper = sorted[(begin + end) >>> 1] as number;
  if ((end - begin) % 2 === 1) return upper;
  return halfway(sorted[((begin + end) >>> 1) - 1] as number, upper);
}

/** The mean of two, never outside them, though the difference of huge ones may be no number. */
export function halfway(lower: number, upper: number): number {
  const gap = upper - lower;
  return Number.isFinite(gap) ? lower + gap / 2 : lower / 2 + upper / 2;
}
