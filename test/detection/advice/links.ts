/** Links whose losses are known: made of dice, so that advice can be held against them. */
import type { Prng } from "../../../src/kernel/prng.js";

/** Each beat is lost by itself; those that come are late by up to `lateMax` microseconds. */
export function independentBeats(
  dice: Prng,
  count: number,
  { loss, lateMax }: { readonly loss: number; readonly lateMax: number },
): (number | null)[] {
  return Array.from({ length: count }, () => (dice.chance(loss) ? null : dice.below(lateMax + 1)));
}

/** Gilbert's chain: losses begin with `starts` and go on with `goesOn`, per beat. */
export function burstyBeats(
  dice: Prng,
  count: number,
  { starts, goesOn }: { readonly starts: number; readonly goesOn: number },
): (number | null)[] {
  let lost = false;
  return Array.from({ length: count }, () => {
    lost = dice.chance(lost ? goesOn : starts);
    return lost ? null : 0;
  });
}
