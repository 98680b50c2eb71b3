/**
 * Median: the middle ballot, and of an even number the mean of the two in the middle, however far
 * apart these are (Parhami 1994). It always says something; whether that stands is left to the
 * tally, which asks for a majority around it. Of an odd number it is the same as mid-value select.
 */
import type { Ballots } from "./ballots.js";
import { columnOf, memoryless } from "./memoryless.js";
import { middleOf, sortInto } from "./sorted.js";

export const median = memoryless({
  name: "median",
  support: "majority",
  exact: false,
  scratch: columnOf,
  valueOf(ballots: Ballots, _tolerance: number, sorted: Float64Array): number {
    sortInto(sorted, ballots);
    return middleOf(sorted, 0, ballots.count);
  },
});
