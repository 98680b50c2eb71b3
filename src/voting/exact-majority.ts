/**
 * Exact majority: the value that more than half of the ballots give to the last bit. It is the
 * voter of replicated computations, whose healthy copies are equal; on sensors, which never are, it
 * finds no majority. The tolerance does not count.
 *
 * The only candidate is found in one pass by pairing off ballots that differ (Boyer and Moore
 * 1991), and counted in a second.
 */
import { noMajority, outcomeOf } from "./outcome.js";
import type { Ballot, Outcome, Voter } from "./voter.js";

export const exactMajority: Voter = {
  name: "exact-majority",

  vote(ballots: readonly Ballot[]): Outcome {
    const candidate = candidateOf(ballots);
    return candidate === null ? noMajority : outcomeOf(ballots, candidate, 0);
  },
};

/** If any value has a majority, it is this one. */
function candidateOf(ballots: readonly Ballot[]): number | null {
  let candidate: number | null = null;
  let lead = 0;
  for (const { value } of ballots) {
    if (lead === 0) candidate = value;
    lead += value === candidate ? 1 : -1;
  }
  return candidate;
}
