/**
 * Plurality: the largest group of ballots stands, any two of which are within the tolerance
 * (groups.ts), though it be no majority: at least two, and strictly more than any group of those
 * outside of it. It is the consensus voting of McAllister, Sun and Vouk (1990), with a tolerance.
 *
 * It is for many channels that seldom fail alike: three liars that agree by chance win over two
 * healthy ones among eight. Of equally large groups the narrowest wins; where that does not decide
 * either, it does not guess, and has no value.
 *
 * Where the group is a majority, the value is that of the formal majority; else the middle of the
 * group.
 */
import { majorityOf } from "../kernel/ids.js";
import type { Ballots } from "./ballots.js";
import { Group, largestSize } from "./groups.js";
import { memoryless } from "./memoryless.js";
import { middleOf, sortInto } from "./sorted.js";

interface Scratch {
  readonly sorted: Float64Array;
  readonly group: Group;
}

export const plurality = memoryless({
  name: "plurality",
  support: "plurality",
  exact: false,
  scratch: (channels): Scratch => ({ sorted: new Float64Array(channels), group: new Group() }),
  valueOf: pluralityOf,
});

function pluralityOf(ballots: Ballots, tolerance: number, { sorted, group }: Scratch): number {
  const { count } = ballots;
  sortInto(sorted, ballots);
  group.findLargest(sorted, count, tolerance);
  const { begin, end, size } = group;
  if (size >= majorityOf(count)) return middleOf(sorted, 0, count);
  if (size < 2 || group.tied) return Number.NaN;
  // A group of those outside lies on one side: one on both sides would have all between in it.
  const below = largestSize(sorted, 0, begin, tolerance);
  const above = largestSize(sorted, end, count, tolerance);
  return size > Math.max(below, above) ? middleOf(sorted, begin, end) : Number.NaN;
}
