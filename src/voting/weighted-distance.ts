/**
 * Weighted average by distance: a ballot weighs the more, the nearer the others are to it.
 *
 * Broen (1975) and Lorczak, Caglayan and Eckhardt (1989) give a ballot the weight 1 / (1 + product
 * over the others of (distance / a)^2). That weight never falls to zero, so that a liar always has
 * a say; and two liars that agree have the weight 1, however far away they are. Here the weight of
 * two ballots, 1 / (1 + (distance / a)^2), is summed over the others instead, it is zero beyond the
 * tolerance a, as in the soft thresholds of Latif-Shabgahi, Bass and Bennett (2004, section IV),
 * and a ballot without a majority around it weighs nothing. For two ballots it is Broen's weight to
 * the last bit.
 *
 * So a liar that is farther than the tolerance from every healthy ballot has no say. One that is
 * nearer has, and may pull the value off the healthy ones: that is the nature of an average.
 */

import { weightedMean } from "./average.js";
import type { Ballots } from "./ballots.js";
import { memoryless } from "./memoryless.js";
import { sortInto } from "./sorted.js";
import { isSupported } from "./supported.js";

interface Scratch {
  readonly sorted: Float64Array;
  readonly weights: Float64Array;
}

export const weightedDistance = memoryless({
  name: "weighted-distance",
  support: "majority",
  exact: false,
  scratch: (channels): Scratch => ({
    sorted: new Float64Array(channels),
    weights: new Float64Array(channels),
  }),
  valueOf(ballots: Ballots, tolerance: number, { sorted, weights }: Scratch): number {
    const { count } = ballots;
    if (count === 1) return ballots.values[0] as number;
    sortInto(sorted, ballots);
    for (let at = 0; at < count; at += 1) {
      const supported = isSupported(sorted, count, at, tolerance);
      weights[at] = supported ? weightOf(sorted, count, at, tolerance) : 0;
    }
    return weightedMean(sorted, weights, count);
  },
});

function weightOf(sorted: Float64Array, count: number, at: number, tolerance: number): number {
  let weight = 0;
  for (let other = 0; other < count; other += 1) {
    if (other === at) continue;
    weight += closeness(Math.abs((sorted[other] as number) - (sorted[at] as number)), tolerance);
  }
  return weight;
}

/** 1 for equal ballots, a half at the tolerance, 0 beyond. */
function closeness(distance: number, tolerance: number): number {
  // Apart, because a tolerance of 0 divides nothing.
  if (distance === 0) return 1;
  if (distance > tolerance) return 0;
  const share = distance / tolerance;
  return 1 / (1 + share * share);
}
