/**
 * The share of bad samples of late, which catches what strikes forgive: one wrong sample in five is
 * masked by the vote and taken back by the agreements in between, for ever. PX4 looks at a window
 * of 100 samples; a leaky average of that length remembers as much in one number.
 *
 * It is a whole number of millionths, so that it travels in a snapshot as it is.
 */
import { type Evidence, isComplaint } from "./evidence.js";
import { type HealthOptions, strikesFor } from "./options.js";

/** The density when every sample is as bad as can be. */
export const densityScale = 1_000_000;

/** The density after another closing in which the channel was judged. */
export function nextDensity(density: number, evidence: Evidence, options: HealthOptions): number {
  if (evidence === "NO_VERDICT") return density;
  const { densityWindow, strikesPerFault } = options;
  if (!isComplaint(evidence)) return density - Math.ceil(density / densityWindow);
  const weight = Math.min(1, strikesFor(options, evidence) / strikesPerFault);
  return density + Math.trunc((weight * densityScale - density) / densityWindow);
}

export const isDense = (density: number, { densityMax }: HealthOptions): boolean =>
  density > densityMax * densityScale;

/** Whether so few are bad again that the channel may come back: half of what excludes. */
export const isHealed = (density: number, { densityMax }: HealthOptions): boolean =>
  density <= (densityMax * densityScale) / 2;
