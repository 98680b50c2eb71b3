/**
 * What the voters of this room share: how agreement with a value is counted, and what a majority
 * is.
 */
import { majorityOf } from "../kernel/ids.js";
import type { Ballot, Outcome } from "./voter.js";

/** No value has enough agreement; nobody is blamed. */
export const noMajority: Outcome = Object.freeze({ value: null, agreeing: [], dissenting: [] });

/**
 * Those within `reach` of `value` agree with it; it stands when they are more than half of the
 * ballots. Agreement is measured from the value and not between the ballots: approximate equality
 * is not transitive, so two that agree with the value may be up to twice `reach` apart (Parhami
 * 1994).
 */
export function outcomeOf(ballots: readonly Ballot[], value: number, reach: number): Outcome {
  const agreeing: string[] = [];
  const dissenting: string[] = [];
  for (const ballot of ballots) {
    const agrees = Math.abs(ballot.value - value) <= reach;
    (agrees ? agreeing : dissenting).push(ballot.channel);
  }
  return agreeing.length < majorityOf(ballots.length)
    ? noMajority
    : { value, agreeing, dissenting };
}
