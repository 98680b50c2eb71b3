/**
 * Marzullo's algorithm: the smallest interval that agrees with the largest number of sources
 * (Marzullo: Maintaining the time in a distributed system, 1984). Of several with as many sources
 * the first, that is the lowest, is told.
 */
import { Edges } from "./edges.js";

export interface Agreement {
  readonly low: number;
  readonly high: number;
  /** How many intervals cover all of it. */
  readonly sources: number;
}

/** Null for no intervals. Intervals are closed: two that touch have a point in common. */
export function marzullo(lows: Float64Array, highs: Float64Array, count: number): Agreement | null {
  const edges = Edges.of(lows, highs, count);
  let best: Agreement | null = null;
  let ended = 0;
  for (let at = 0; at < count; at += 1) {
    const low = edges.lows[at] as number;
    while ((edges.highs[ended] as number) < low) ended += 1;
    const sources = at + 1 - ended;
    // The next to end ends it: a next to begin would be found with one source more.
    if (sources > (best?.sources ?? 0)) {
      best = { low, high: edges.highs[ended] as number, sources };
    }
  }
  return best;
}
