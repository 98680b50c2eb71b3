/**
 * Mean: the average of all ballots. It is here to be compared with. A single liar takes it
 * anywhere, so that with a large fault it has no value, where every other voter still has one: the
 * tally refuses a mean that has no majority around it. Noise it averages best of all.
 */

import { weightedMean } from "./average.js";
import type { Ballots } from "./ballots.js";
import { memoryless } from "./memoryless.js";
import { sortInto } from "./sorted.js";

interface Scratch {
  readonly sorted: Float64Array;
  readonly ones: Float64Array;
}

export const mean = memoryless({
  name: "mean",
  support: "majority",
  exact: false,
  scratch: (channels): Scratch => ({
    sorted: new Float64Array(channels),
    ones: new Float64Array(channels).fill(1),
  }),
  valueOf(ballots: Ballots, _tolerance: number, { sorted, ones }: Scratch): number {
    sortInto(sorted, ballots);
    return weightedMean(sorted, ones, ballots.count);
  },
});
