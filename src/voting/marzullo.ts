/**
 * Marzullo: the middle of the fault-tolerant intersection (intervals/fusion.ts) of one interval a
 * ballot, as wide as the tolerance, with the ballot in its middle. As many may be wrong as are a
 * minority.
 *
 * Any two healthy ballots are within the tolerance, so their intervals meet; and intervals of which
 * any two meet all meet in one point (Helly's theorem, in one dimension). So the healthy ones have
 * an intersection. It reaches down at least to where the highest healthy interval begins, and not
 * below where the lowest does, and likewise upwards: its middle is between the healthy ballots,
 * whatever the others say.
 */
import { majorityOf } from "../kernel/ids.js";
import type { Ballots } from "./ballots.js";
import { fillAround } from "./intervals/around.js";
import { Edges } from "./intervals/edges.js";
import { Fusion } from "./intervals/fusion.js";
import { memoryless } from "./memoryless.js";
import { halfway } from "./sorted.js";

interface Scratch {
  readonly edges: Edges;
  readonly fusion: Fusion;
}

export const marzulloVoter = memoryless({
  name: "marzullo",
  support: "majority",
  exact: false,
  scratch: (channels): Scratch => ({ edges: new Edges(channels), fusion: new Fusion() }),
  valueOf(ballots: Ballots, tolerance: number, { edges, fusion }: Scratch): number {
    fillAround(edges, ballots, tolerance / 2);
    if (!fusion.find(edges, majorityOf(ballots.count))) return Number.NaN;
    // The intervals are equally wide: the place of an edge is that of its ballot.
    const one = edges.lows[fusion.lowAt] as number;
    const other = edges.lows[fusion.highAt] as number;
    return halfway(Math.min(one, other), Math.max(one, other));
  },
});
