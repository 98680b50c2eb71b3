/**
 * How often a detector that waits for beats is wrong, and the largest period at which it is wrong
 * seldom enough: the configurator of Chen, Toueg and Aguilera, "On the quality of service of
 * failure detectors" (IEEE Transactions on Computers 51, 2002), section 4.
 *
 * Beats are sent once a period. The detector of the paper knows when each was sent, and suspects at
 * a point of time by which none of the last few has come. Ours measures silence from the last
 * arrival; that ends no earlier than the paper's point, so its mistakes are at most as many, while
 * detection takes longer by as much as the last beat was late.
 */
import type { LinkQuality } from "./link-quality.js";

/**
 * Mistakes per beat: the beat is followed by as many missed ones as the silence spans, each with
 * the time that it has left. Theorem 5 of the paper, in which messages behave independently.
 *
 * @param period of the beats, in microseconds
 * @param silence after which the sender is suspected: more than `period`
 */
export function mistakesPerBeat(
  missed: LinkQuality["missed"],
  period: number,
  silence: number,
): number {
  let probability = 1 - missed(silence);
  // The epsilon keeps a silence of exactly so many periods from counting one more by rounding.
  const spanned = Math.ceil(silence / period - 1e-9) - 1;
  for (let beat = 1; beat <= spanned; beat += 1) probability *= missed(silence - beat * period);
  return probability;
}

/** The mean time from one mistake to the next, in microseconds; the paper's E(T_MR). */
export const mistakeRecurrence = (
  missed: LinkQuality["missed"],
  period: number,
  silence: number,
): number => period / mistakesPerBeat(missed, period, silence);
