/**
 * The clustering rule of the formal voters: a group is a set of ballots of which any two are within
 * the tolerance, so that its largest less its smallest is at most that (Lorczak, Caglayan and
 * Eckhardt 1989, who partition the outputs into maximal such sets). Of sorted ballots it is a
 * window.
 *
 * Approximate equality is not transitive, so a ballot may be in several groups: of 0, 1 and 2 with
 * a tolerance of 1 there are two groups, and 1 is in both. All three are none.
 */

/** A window of sorted ballots, the end exclusive. */
export class Group {
  begin = 0;
  end = 0;
  /** Whether another group is as large and as narrow: then no rule says which of them is meant. */
  tied = false;

  get size(): number {
    return this.end - this.begin;
  }

  /** Becomes the largest group of the first `count`; of equally large ones the narrowest. */
  findLargest(sorted: Float64Array, count: number, tolerance: number): void {
    this.begin = 0;
    this.end = 0;
    this.tied = false;
    let smallest = Number.POSITIVE_INFINITY;
    for (let begin = 0; begin < count; begin += 1) {
      const end = endOfGroup(sorted, begin, count, tolerance);
      const spread = (sorted[end - 1] as number) - (sorted[begin] as number);
      const size = end - begin;
      if (size < this.size || (size === this.size && spread > smallest)) continue;
      this.tied = size === this.size && spread === smallest;
      if (this.tied) continue;
      this.begin = begin;
      this.end = end;
      smallest = spread;
    }
  }
}

/** One past the last ballot that is in a group whose smallest is at `begin`. */
function endOfGroup(sorted: Float64Array, begin: number, count: number, tolerance: number): number {
  let end = begin + 1;
  while (end < count && (sorted[end] as number) - (sorted[begin] as number) <= tolerance) end += 1;
  return end;
}

/** How many the largest group has of those from `begin` to before `end`. */
export function largestSize(
  sorted: Float64Array,
  begin: number,
  end: number,
  tolerance: number,
): number {
  let largest = 0;
  for (let first = begin; first < end; first += 1) {
    largest = Math.max(largest, endOfGroup(sorted, first, end, tolerance) - first);
  }
  return largest;
}
