/**
 * Closed intervals, of which each says that the quantity is somewhere in it, as three ascending
 * columns: their lower edges, their upper edges and their middles. The voters of intervals need not
 * know which edge belongs to which interval, only how many intervals cover a point: those that
 * began at or before it, less those that ended before it.
 *
 * The columns are filled again and again, so that a vote allocates nothing.
 */
import { halfway } from "../sorted.js";

export class Edges {
  readonly lows: Float64Array;
  readonly highs: Float64Array;
  readonly middles: Float64Array;
  /** How many intervals there are: the first so many places of each column are meant. */
  count = 0;

  constructor(intervalsMax: number) {
    this.lows = new Float64Array(intervalsMax);
    this.highs = new Float64Array(intervalsMax);
    this.middles = new Float64Array(intervalsMax);
  }

  /**
   * The edges of the first `count` intervals.
   *
   * @param lows none above its high, and none NaN; at most as many as there are places
   */
  static of(lows: Float64Array, highs: Float64Array, count: number): Edges {
    const edges = new Edges(count);
    edges.count = count;
    for (let index = 0; index < count; index += 1) {
      const low = lows[index] as number;
      const high = highs[index] as number;
      edges.lows[index] = low;
      edges.highs[index] = high;
      edges.middles[index] = halfway(low, high);
    }
    edges.lows.sort();
    edges.highs.sort();
    edges.middles.sort();
    return edges;
  }
}
