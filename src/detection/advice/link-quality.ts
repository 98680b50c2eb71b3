/**
 * How well a link carries beats: what share of them is lost or late, and how long the runs are in
 * which they are. Either stated in two numbers, or counted from a recording.
 *
 * A beat is *missed* at a bound when it is lost, or later than the bound. Lateness is measured
 * against the beat before: how much longer than a period it took to come. That is the very thing on
 * which a silence ends or does not, and two clocks that drift do not spoil it.
 */
import { assert } from "../../kernel/assert.js";
import { type Duration, micros } from "../../kernel/time.js";

export interface LinkQuality {
  /** Bounds of lateness that are worth trying, from the smallest; at least one. */
  readonly bounds: readonly Duration[];
  /** One beat in a thousand is later. */
  readonly latenessMax: Duration;
  /** The probability that a beat is missed at a bound. */
  missed(bound: number): number;
  /**
   * How often, per beat, a run of at least `length` missed ones begins, by the runs that were
   * counted; null where there were too few to say more than independence does.
   */
  runs(bound: number, length: number): number | null;
}

/** The lateness that is stated is one that so many beats exceed. */
export const statedTail = 0.001;

export interface StatedLink {
  /** The probability that a frame is lost, from 0 to 1. */
  readonly loss: number;
  /** The lateness that `statedTail` of the beats exceed. */
  readonly lateness: Duration;
}

/** Of a smaller bound than the stated one nothing is known, so all counts as missed there. */
export function statedQuality({ loss, lateness }: StatedLink): LinkQuality {
  assert(loss >= 0 && loss <= 1, `not a probability: ${loss}`);
  return {
    bounds: [lateness],
    latenessMax: lateness,
    missed: (bound) => (bound < lateness ? 1 : loss + (1 - loss) * statedTail),
    runs: () => null,
  };
}

/** From so many runs of at least a length their continuation is worked out. */
export const runsMin = 20;

const quantiles = [0.5, 0.9, 0.99, 0.999, 1];

/** @param beats in the order of sending: how late each was, in microseconds; null where lost */
export function recordedQuality(beats: readonly (number | null)[]): LinkQuality {
  assert(beats.length > 0, "a recording without beats");
  const came = beats.filter((beat) => beat !== null).sort((one, other) => one - other);
  const bounds = [...new Set(quantiles.map((share) => quantileOf(came, share)))];
  const missed = (bound: number): number => {
    const bad = beats.length - countUpTo(came, bound);
    // One more than was seen: what has not happened yet may be rare, and is not impossible.
    return Math.min(1, (bad + 1) / (beats.length + 1));
  };
  const lengthsAt = new Map<number, readonly number[]>();
  return {
    bounds: bounds.map(micros),
    latenessMax: micros(quantileOf(came, 0.999)),
    missed,
    runs: (bound, length) => {
      const lengths = lengthsAt.get(bound) ?? runLengths(beats, bound);
      lengthsAt.set(bound, lengths);
      return runRate(lengths, length, { beats: beats.length, least: missed(bound) });
    },
  };
}

/** Then nobody is ever trusted, and the formulas find that there is nothing to be mistaken in. */
export const carriesNothing = ({ missed }: LinkQuality): boolean =>
  missed(Number.POSITIVE_INFINITY) >= 1;

/** Each property of the worst of several links: what is advised must suit them all. */
export function worstOf(links: readonly LinkQuality[]): LinkQuality {
  const most = (of: (link: LinkQuality) => number): number => Math.max(...links.map(of));
  const bounds = new Set(links.flatMap((link) => link.bounds));
  return {
    bounds: [...bounds].sort((one, other) => one - other),
    latenessMax: micros(most((link) => link.latenessMax)),
    missed: (bound) => most((link) => link.missed(bound)),
    runs: (bound, length) => {
      const rates = links.map((link) => link.runs(bound, length)).filter((rate) => rate !== null);
      return rates.length === 0 ? null : Math.max(...rates);
    },
  };
}

/** The smallest of sorted values that is not exceeded by more than `1 - share` of them. */
export function quantileOf(sorted: readonly number[], share: number): number {
  const place = Math.ceil(share * sorted.length) - 1;
  return sorted[Math.min(Math.max(place, 0), sorted.length - 1)] ?? 0;
}

/** How many of sorted values are at most `bound`. */
function countUpTo(sorted: readonly number[], bound: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) <= bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Of the runs of missed beats. */
export function runLengths(beats: readonly (number | null)[], bound: number): readonly number[] {
  const lengths: number[] = [];
  let length = 0;
  for (const beat of beats) {
    if (beat === null || beat > bound) length += 1;
    else if (length > 0) {
      lengths.push(length);
      length = 0;
    }
  }
  return length > 0 ? [...lengths, length] : lengths;
}

interface RunContext {
  readonly beats: number;
  /** A run goes on with at least this probability, as it would if nothing caused runs. */
  readonly least: number;
}

/**
 * Runs of at least `length` per beat. Where there are `runsMin` of them they are counted. Beyond,
 * the longest length of which there are enough is continued as a geometric distribution, with the
 * probability to go on that these runs show (the two-state chain of Gilbert 1960, fitted where it
 * matters: to the long runs, and not to the many short ones).
 */
function runRate(lengths: readonly number[], length: number, context: RunContext): number | null {
  const atLeast = (level: number): readonly number[] => lengths.filter((run) => run >= level);
  if (lengths.length < runsMin) return null;
  let level = length;
  while (atLeast(level).length < runsMin) level -= 1;
  const runs = atLeast(level);
  const excess = runs.reduce((sum, run) => sum + run - level, 0);
  const goesOn = Math.max(context.least, (excess + 1) / (excess + runs.length + 1));
  return (runs.length / context.beats) * goesOn ** (length - level);
}
