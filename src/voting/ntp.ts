/**
 * NTP-style selection: a value stands when a majority of ballots are truechimers by the selection
 * of NTP (intervals/ntp-select.ts), over one interval a ballot that reaches the tolerance to both
 * sides. Other than for Marzullo's intersection the reach is the whole tolerance: the selection
 * asks that the ballots themselves are in the intersection, so two agree when each is in the
 * interval of the other.
 *
 * RFC 5905 combines the truechimers into a mean, weighted by the quality of the clocks. Sensors
 * have no such quality, and a mean can be pulled; here the middle of all ballots stands, which
 * selection never casts out: those outside are fewer than half, and the intersection is one
 * stretch.
 */
import type { Ballots } from "./ballots.js";
import { fillAround } from "./intervals/around.js";
import { Edges } from "./intervals/edges.js";
import { NtpSelection } from "./intervals/ntp-select.js";
import { memoryless } from "./memoryless.js";
import { middleOf } from "./sorted.js";

interface Scratch {
  readonly edges: Edges;
  readonly selection: NtpSelection;
}

export const ntp = memoryless({
  name: "ntp",
  support: "majority",
  exact: false,
  scratch: (channels): Scratch => ({ edges: new Edges(channels), selection: new NtpSelection() }),
  valueOf(ballots: Ballots, tolerance: number, { edges, selection }: Scratch): number {
    fillAround(edges, ballots, tolerance);
    if (!selection.find(edges)) return Number.NaN;
    return middleOf(edges.lows, 0, ballots.count);
  },
});
