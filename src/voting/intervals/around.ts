/**
 * Ballots as intervals, for the voters of intervals: the quantity is within `reach` of each.
 *
 * The intervals begin at the ballot and not half a width before it, that is, all of them are moved
 * up alike: then a lower edge is the ballot itself and nothing is lost by rounding. Two that are
 * exactly the tolerance apart still touch.
 */
import type { Ballots } from "../ballots.js";
import { sortInto } from "../sorted.js";
import type { Edges } from "./edges.js";

export function fillAround(edges: Edges, ballots: Ballots, reach: number): void {
  sortInto(edges.lows, ballots);
  edges.count = ballots.count;
  for (let at = 0; at < edges.count; at += 1) {
    const value = edges.lows[at] as number;
    edges.middles[at] = value + reach;
    edges.highs[at] = value + 2 * reach;
  }
}
