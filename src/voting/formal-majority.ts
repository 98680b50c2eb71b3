/**
 * Formal majority: a value stands when more than half of the ballots are one group, any two of them
 * within the tolerance (groups.ts). Lorczak, Caglayan and Eckhardt (1989) let any member of that
 * group stand, chosen at random; here it is the middle of all ballots, which is in every such
 * group, because more than half of a row always has the middle of the row. So it does not matter
 * which of several groups is meant, and a liar that slips into a group cannot pull the value after
 * it.
 *
 * It asks for more than mid-value select does: there it is enough that a majority is near one
 * value.
 */
import { majorityOf } from "../kernel/ids.js";
import type { Ballots } from "./ballots.js";
import { largestSize } from "./groups.js";
import { columnOf, memoryless } from "./memoryless.js";
import { middleOf, sortInto } from "./sorted.js";

export const formalMajority = memoryless({
  name: "formal-majority",
  support: "majority",
  exact: false,
  scratch: columnOf,
  valueOf: formalMajorityOf,
});

/** NaN where no group is a majority. */
export function formalMajorityOf(
  ballots: Ballots,
  tolerance: number,
  sorted: Float64Array,
): number {
  const { count } = ballots;
  sortInto(sorted, ballots);
  const found = largestSize(sorted, 0, count, tolerance) >= majorityOf(count);
  return found ? middleOf(sorted, 0, count) : Number.NaN;
}
