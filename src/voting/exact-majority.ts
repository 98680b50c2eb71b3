/**
 * Exact majority: the value that more than half of the ballots give to the last bit. It is the
 * voter of replicated computations, whose healthy copies are equal; on sensors, which never are, it
 * finds no majority. The tolerance does not count.
 *
 * If any value has a majority, it is left when ballots that differ are paired off (Boyer and Moore
 * 1991); whether it has one, the tally counts.
 */
import type { Ballots } from "./ballots.js";
import { memoryless } from "./memoryless.js";

export const exactMajority = memoryless({
  name: "exact-majority",
  support: "majority",
  exact: true,
  scratch: () => null,
  valueOf: candidateOf,
});

function candidateOf({ values, count }: Ballots): number {
  let candidate = Number.NaN;
  let lead = 0;
  for (let index = 0; index < count; index += 1) {
    const value = values[index] as number;
    if (lead === 0) candidate = value;
    lead += value === candidate ? 1 : -1;
  }
  return candidate;
}
