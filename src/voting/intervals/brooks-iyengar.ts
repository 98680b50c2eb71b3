/**
 * The Brooks-Iyengar algorithm: of n intervals of which at most f are wrong, the regions that at
 * least n - f cover; the interval from the first to the last of them; and as a value the mean of
 * their middles, each by how many cover it (Brooks and Iyengar: Robust distributed computing and
 * sensing algorithm, IEEE Computer 29(6), 1996, section 4).
 *
 * A region that is a sliver counts as much as a wide one: so the value may lie off the middle of
 * intervals that agree very well.
 */
import { halfway } from "../sorted.js";
import type { Edges } from "./edges.js";

export class BrooksIyengar {
  low = Number.NaN;
  high = Number.NaN;
  /** The point estimate; NaN, as are the ends, where no point is covered by so many. */
  value = Number.NaN;
  #sum = 0;
  #weights = 0;

  /** @param faultsMax f, less than the number of intervals */
  find(edges: Edges, faultsMax: number): boolean {
    const { lows, highs, count } = edges;
    const coverageMin = count - faultsMax;
    this.#clear();
    let begun = 0;
    let ended = 0;
    // Points are visited in ascending order; the last of them is the end of an interval.
    while (ended < count) {
      const point = pointOf(edges, begun, ended);
      const before = begun - ended;
      while (begun < count && lows[begun] === point) begun += 1;
      const there = begun - ended;
      while (ended < count && highs[ended] === point) ended += 1;
      const beyond = begun - ended;
      // Where one ends as another begins, the point alone is a region.
      if (there > Math.max(before, beyond, coverageMin - 1)) this.#add(point, point, there);
      if (beyond >= coverageMin && ended < count) {
        this.#add(point, pointOf(edges, begun, ended), beyond);
      }
    }
    if (this.#weights > 0) this.value = this.low + this.#sum / this.#weights;
    return this.#weights > 0;
  }

  #clear(): void {
    this.low = Number.NaN;
    this.high = Number.NaN;
    this.value = Number.NaN;
    this.#sum = 0;
    this.#weights = 0;
  }

  #add(low: number, high: number, coverage: number): void {
    if (this.#weights === 0) this.low = low;
    this.high = high;
    this.#sum += coverage * (halfway(low, high) - this.low);
    this.#weights += coverage;
  }
}

/** The next edge of either kind. */
function pointOf({ lows, highs, count }: Edges, begun: number, ended: number): number {
  const end = highs[ended] as number;
  return begun < count ? Math.min(lows[begun] as number, end) : end;
}
