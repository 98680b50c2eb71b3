/** Which ballots have a majority around them. */
import { majorityOf } from "../kernel/ids.js";

/**
 * Whether more than half of the ballots, itself counted, are within `reach` of one of them. While
 * fewer than half lie, one that is farther than that from every healthy one is not supported.
 *
 * @param at the place of the one that is asked about, of the first `count`
 */
export function isSupported(
  values: Float64Array,
  count: number,
  at: number,
  reach: number,
): boolean {
  const value = values[at] as number;
  let near = 0;
  for (let other = 0; other < count; other += 1) {
    if (Math.abs((values[other] as number) - value) <= reach) near += 1;
  }
  return near >= majorityOf(count);
}
