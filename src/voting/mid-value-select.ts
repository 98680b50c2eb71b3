/**
 * Mid-value select: the value in the middle stands for the quantity. It is the voter of flight
 * controls, because with 2f + 1 channels of which f lie, the middle one is itself healthy or lies
 * between two that are (Latif-Shabgahi, Bass and Bennett 2004, section III).
 *
 * The middle alone is not enough: of three that all differ it would be a guess. So a majority of
 * the ballots must agree with it within the tolerance. Of an even number there are two in the
 * middle, and their mean stands, unless they differ by more than the tolerance: nobody stands where
 * that mean is. Two channels that disagree are the case n = 2 of this rule: which of them is wrong
 * cannot be said.
 *
 * Invariant: the value lies between the smallest and the largest ballot.
 */
import { noMajority, outcomeOf } from "./outcome.js";
import type { Ballot, Outcome, Voter } from "./voter.js";

export const midValueSelect: Voter = {
  name: "mid-value",

  vote(ballots: readonly Ballot[], tolerance: number): Outcome {
    const value = middleOf(ballots, tolerance);
    return value === null ? noMajority : outcomeOf(ballots, value, tolerance);
  },
};

/** The middle value; null where there is none, or where the two in the middle differ too much. */
function middleOf(ballots: readonly Ballot[], tolerance: number): number | null {
  const values = ballots.map((ballot) => ballot.value).sort((one, other) => one - other);
  const half = Math.floor(values.length / 2);
  const upper = values[half];
  if (upper === undefined || values.length % 2 === 1) return upper ?? null;
  const lower = values[half - 1] as number;
  return upper - lower <= tolerance ? lower + (upper - lower) / 2 : null;
}
