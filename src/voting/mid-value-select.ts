/**
 * Mid-value select: the value in the middle stands for the quantity. It is the voter of flight
 * controls, because with 2f + 1 channels of which f lie, the middle one is itself healthy or lies
 * between two that are (Latif-Shabgahi, Bass and Bennett 2004, section III).
 *
 * The middle alone is not enough: of three that all differ it would be a guess. So a majority of
 * the ballots must agree with it (tally.ts). Of an even number there are two in the middle, and
 * their mean stands, unless they differ by more than the tolerance: nobody stands where that mean
 * is. Two channels that disagree are the case n = 2 of this rule: which of them is wrong cannot be
 * said.
 *
 * Invariant: the value lies between the smallest and the largest ballot.
 */
import type { Ballots } from "./ballots.js";
import { columnOf, memoryless } from "./memoryless.js";
import { halfway, sortInto } from "./sorted.js";

export const midValueSelect = memoryless({
  name: "mid-value",
  support: "majority",
  exact: false,
  scratch: columnOf,
  valueOf: guardedMiddleOf,
});

/** The middle value; NaN where there is none, or where the two in the middle differ too much. */
function guardedMiddleOf(ballots: Ballots, tolerance: number, sorted: Float64Array): number {
  const { count, values } = ballots;
  if (count === 3) return middleOfThree(values);
  if (count === 0) return Number.NaN;
  sortInto(sorted, ballots);
  const half = count >>> 1;
  const upper = sorted[half] as number;
  if (count % 2 === 1) return upper;
  const lower = sorted[half - 1] as number;
  return upper - lower <= tolerance ? halfway(lower, upper) : Number.NaN;
}

function middleOfThree(values: Float64Array): number {
  const one = values[0] as number;
  const two = values[1] as number;
  const three = values[2] as number;
  return Math.max(Math.min(one, two), Math.min(Math.max(one, two), three));
}
