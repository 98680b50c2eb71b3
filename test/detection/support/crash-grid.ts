/** Detection times over a fine grid of instants at which a member crashes. */
import type { NodeId } from "../../../src/kernel/ids.js";
import { type Duration, type Instant, instant, micros } from "../../../src/kernel/time.js";
import { DetectorFleet, type DetectorFleetOptions } from "./detector-fleet.js";

/** Of each crash: how long each of the others took to suspect it, in microseconds. */
export interface Detections {
  /** After the beginning of the period in which it falls. */
  readonly phase: number;
  readonly times: readonly number[];
}

/**
 * One run for each instant, all of them within the fifth period, in equal steps; the first is the
 * instant at which the period begins, after all that happens then.
 */
export function overCrashGrid(
  options: DetectorFleetOptions,
  crashed: (members: readonly NodeId[]) => NodeId,
  steps: number,
): Detections[] {
  const { period } = options.settings;
  return Array.from({ length: steps }, (_, step) => {
    const phase = Math.floor((step * period) / steps);
    return { phase, times: detectionsAfter(options, crashed, micros(5 * period + phase)) };
  });
}

function detectionsAfter(
  options: DetectorFleetOptions,
  crashed: (members: readonly NodeId[]) => NodeId,
  wait: Duration,
): number[] {
  const group = DetectorFleet.inStep(options);
  const victim = crashed(group.members);
  group.runFor(wait);
  const crashedAt: Instant = group.fleet.now;
  group.fleet.crash(victim);
  group.fleet.run(instant(crashedAt + 100 * options.settings.period));
  return [...group.suspectedAt(victim, instant(0)).values()].map((at) => at - crashedAt);
}

/** The shortest and the longest of all. */
export function rangeOf(detections: readonly Detections[]): { min: number; max: number } {
  const times = detections.flatMap((detection) => detection.times);
  return { min: Math.min(...times), max: Math.max(...times) };
}
