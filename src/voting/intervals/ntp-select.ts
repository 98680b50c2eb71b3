/**
 * The selection of NTP: which clocks tell the truth (RFC 5905, section 11.2.1 and A.5.5.1). It
 * differs from Marzullo's intersection in that the middles count as well: at most as many of them
 * may lie outside the intersection as falsetickers are allowed. The fewest that do are allowed, and
 * always fewer than half.
 *
 * One difference to the letter of the RFC: an intersection of a single point is one. Clocks never
 * have it; a sensor with a tolerance of 0 has no other.
 */
import type { Edges } from "./edges.js";
import { Fusion } from "./fusion.js";

export class NtpSelection {
  low = Number.NaN;
  high = Number.NaN;
  falsetickersAllowed = 0;
  readonly #fusion = new Fusion();

  /** False, and NaN for the ends, where no majority of clocks agrees. */
  find(edges: Edges): boolean {
    const { lows, highs, count } = edges;
    for (let allowed = 0; allowed * 2 < count; allowed += 1) {
      if (!this.#fusion.find(edges, count - allowed)) continue;
      this.low = lows[this.#fusion.lowAt] as number;
      this.high = highs[this.#fusion.highAt] as number;
      this.falsetickersAllowed = allowed;
      if (this.low <= this.high && this.#outside(edges) <= allowed) return true;
    }
    this.low = Number.NaN;
    this.high = Number.NaN;
    this.falsetickersAllowed = 0;
    return false;
  }

  #outside({ middles, count }: Edges): number {
    let outside = 0;
    for (let at = 0; at < count; at += 1) {
      const middle = middles[at] as number;
      if (middle < this.low || middle > this.high) outside += 1;
    }
    return outside;
  }
}
