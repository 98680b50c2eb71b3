/**
 * Marzullo's fault-tolerant intersection: of n intervals of which at most f do not hold the truth,
 * the smallest interval that has all points that n - f of them cover (Marzullo: Tolerating failures
 * of continuous-valued sensors, ACM TOCS 8(4), 1990, section 2).
 *
 * While f is less than half, each of its ends is in a healthy interval, and the intersection of all
 * healthy ones is in it: so the truth is.
 */
import type { Edges } from "./edges.js";

/**
 * The fused interval, by the places of its ends in the columns of the edges; -1 without one. They
 * are places, and not numbers, so that whoever made equal intervals of values finds the values
 * again, without any rounding.
 */
export class Fusion {
  lowAt = -1;
  highAt = -1;

  /** @param coverageMin at least 1; n - f */
  find({ lows, highs, count }: Edges, coverageMin: number): boolean {
    this.lowAt = -1;
    this.highAt = -1;
    let ended = 0;
    for (let at = 0; at < count && this.lowAt < 0; at += 1) {
      while ((highs[ended] as number) < (lows[at] as number)) ended += 1;
      if (at + 1 - ended >= coverageMin) this.lowAt = at;
    }
    let begun = count;
    for (let at = count - 1; at >= 0 && this.highAt < 0; at -= 1) {
      while ((lows[begun - 1] as number) > (highs[at] as number)) begun -= 1;
      if (begun - at >= coverageMin) this.highAt = at;
    }
    return this.lowAt >= 0;
  }
}
