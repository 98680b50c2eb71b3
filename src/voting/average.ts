/** Weighted means that stay among what they are means of, whatever the rounding. */

/**
 * The mean of the first `count` values by their weights. The differences from the lowest are
 * averaged, not the values: of equal values the mean is then that value to the last bit.
 *
 * @param sorted ascending
 * @param weights at least 0 and finite; those of weight 0 have no say at all, not even by rounding
 * @returns NaN where no weight is positive
 */
export function weightedMean(sorted: Float64Array, weights: Float64Array, count: number): number {
  let lowest = Number.NaN;
  let highest = Number.NaN;
  let total = 0;
  let sum = 0;
  for (let index = 0; index < count; index += 1) {
    const weight = weights[index] as number;
    if (weight === 0) continue;
    if (total === 0) lowest = sorted[index] as number;
    highest = sorted[index] as number;
    total += weight;
    sum += weight * (highest - lowest);
  }
  const mean = Number.isFinite(sum)
    ? lowest + sum / total
    : sharesOf(sorted, weights, count, total);
  return Math.min(Math.max(mean, lowest), highest);
}

/** For values so far apart that no number holds their difference. */
function sharesOf(
  sorted: Float64Array,
  weights: Float64Array,
  count: number,
  total: number,
): number {
  let mean = 0;
  for (let index = 0; index < count; index += 1) {
    const weight = weights[index] as number;
    if (weight > 0) mean += (sorted[index] as number) * (weight / total);
  }
  return mean;
}
