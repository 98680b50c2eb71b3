/** The values of ballots in ascending order, in memory that is used again and again. */
import type { Ballots } from "./ballots.js";

/** Fills the first `ballots.count` places. Insertion: the vectors are short. */
export function sortInto(sorted: Float64Array, { values, count }: Ballots): void {
  for (let index = 0; index < count; index += 1) {
    const value = values[index] as number;
    let at = index;
    while (at > 0 && (sorted[at - 1] as number) > value) {
      sorted[at] = sorted[at - 1] as number;
      at -= 1;
    }
    sorted[at] = value;
  }
}
