/** One vote as values: what a voter says of a vector, and what of it the tally lets stand. */
import { Ballots } from "../../src/voting/ballots.js";
import { Tally } from "../../src/voting/tally.js";
import type { Voter } from "../../src/voting/voter.js";

export interface Outcome {
  readonly value: number | null;
  /** Places in the vector; empty where nothing stands. */
  readonly agreeing: readonly number[];
  readonly dissenting: readonly number[];
}

export const nobody: Outcome = { value: null, agreeing: [], dissenting: [] };

/** What a voter with an empty memory says of ballots, whether it stands or not; NaN for nothing. */
export function rawValue(voter: Voter, values: readonly number[], tolerance: number): number {
  const options = { channels: Math.max(1, values.length), tolerance };
  return voter.open(options).valueOf(Ballots.of(values));
}

export function poll(voter: Voter, values: readonly number[], tolerance: number): Outcome {
  const tally = new Tally();
  tally.count(voter, Ballots.of(values), rawValue(voter, values, tolerance), tolerance);
  return outcomeOf(tally, values.length);
}

export function outcomeOf(tally: Tally, count: number): Outcome {
  if (!tally.stands) return nobody;
  const places = Array.from({ length: count }, (_, place) => place);
  return {
    value: tally.value,
    agreeing: places.filter((place) => tally.agrees(place)),
    dissenting: places.filter((place) => !tally.agrees(place)),
  };
}
