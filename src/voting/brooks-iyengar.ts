/**
 * Brooks-Iyengar: the point estimate of that algorithm (intervals/brooks-iyengar.ts) over one
 * interval a ballot, as wide as the tolerance, with the ballot in its middle. As many may be wrong
 * as are a minority; the healthy intervals all meet, for the reason that marzullo.ts gives.
 *
 * Its regions count by how many cover them and not by their width, so the estimate may lie off the
 * ballots, even where all are healthy. It is held between those that have a majority around them: a
 * value beyond everybody is nobody's. A liar farther than the tolerance from every healthy ballot
 * covers nothing that counts, and has no say; one that is nearer has.
 */
import { majorityOf } from "../kernel/ids.js";
import type { Ballots } from "./ballots.js";
import { fillAround } from "./intervals/around.js";
import { BrooksIyengar } from "./intervals/brooks-iyengar.js";
import { Edges } from "./intervals/edges.js";
import { memoryless } from "./memoryless.js";
import { isSupported } from "./supported.js";

interface Scratch {
  readonly edges: Edges;
  readonly estimate: BrooksIyengar;
}

export const brooksIyengarVoter = memoryless({
  name: "brooks-iyengar",
  support: "majority",
  exact: false,
  scratch: (channels): Scratch => ({ edges: new Edges(channels), estimate: new BrooksIyengar() }),
  valueOf(ballots: Ballots, tolerance: number, { edges, estimate }: Scratch): number {
    const { count } = ballots;
    if (count === 0) return Number.NaN;
    fillAround(edges, ballots, tolerance / 2);
    if (!estimate.find(edges, count - majorityOf(count))) return Number.NaN;
    return heldAmong(edges.lows, count, tolerance, estimate.value - tolerance / 2);
  },
});

/** NaN where no ballot has a majority around it. */
function heldAmong(sorted: Float64Array, count: number, tolerance: number, value: number): number {
  let lowest = Number.NaN;
  let highest = Number.NaN;
  for (let at = 0; at < count; at += 1) {
    if (!isSupported(sorted, count, at, tolerance)) continue;
    if (Number.isNaN(lowest)) lowest = sorted[at] as number;
    highest = sorted[at] as number;
  }
  return Math.min(Math.max(value, lowest), highest);
}
