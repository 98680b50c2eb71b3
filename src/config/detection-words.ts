/**
 * How a cluster notices that a replica is silent, for `holdfast config check`: which detector, why
 * that one, and how long it takes.
 */
import { recommendedDetector } from "../detection/recommendation.js";
import { micros } from "../kernel/time.js";
import { suspicionLeast } from "../membership/scales.js";
import type { ClusterSettings } from "../node/settings.js";
import { formatDuration } from "./quantity.js";

export interface DetectionReport {
  readonly detector: string;
  /** Why this one, in a sentence. */
  readonly reason: string;
  /** What the number of nodes would have chosen. */
  readonly recommended: string;
  /** From a crash until somebody suspects it, at the latest; a message's delay comes on top. */
  readonly suspectedWithinMs: number;
  /** From then until it is declared dead: if all confirm at once, and if nobody does. */
  readonly declaredAfterMs: { readonly least: number; readonly most: number };
}

/** Null for a single replica, which watches nobody. */
export function detectionReport(cluster: ClusterSettings): DetectionReport | null {
  const { nodes, detection, timing } = cluster;
  const count = nodes.length;
  if (count < 2) return null;
  const { detector, detectorSettings, membership } = detection;
  const { suspicionAlpha, suspicionBeta, confirmations, unreachableFor } = membership;
  const recommended = recommendedDetector(count);
  const least = suspicionLeast(suspicionAlpha, count, timing.heartbeat);
  // Who is too few to confirm a suspicion does not wait for a confirmation.
  const most = count - 2 < confirmations ? least : micros(Math.floor(suspicionBeta * least));
  const isRecommended = detector.name === recommended.detector;
  return {
    detector: detector.name,
    reason: isRecommended ? recommended.reason : `The config says so: ${detector.summary}.`,
    recommended: recommended.detector,
    suspectedWithinMs: detector.detectsWithin(detectorSettings, count) / 1_000,
    declaredAfterMs: {
      least: (least + unreachableFor) / 1_000,
      most: (most + unreachableFor) / 1_000,
    },
  };
}

/** Lines for people, the first a heading. */
export function detectionInWords(report: DetectionReport): readonly string[] {
  const { detector, reason, recommended, suspectedWithinMs, declaredAfterMs } = report;
  const { least, most } = declaredAfterMs;
  const other =
    recommended === detector ? [] : [`By the number of nodes it would be ${recommended}.`];
  const after = least === most ? timeText(least) : `${timeText(least)} to ${timeText(most)}`;
  return [
    `How a silent replica is noticed: ${detector}`,
    reason,
    ...other,
    `Suspected within ${timeText(suspectedWithinMs)} of its crash, beside a message's delay.`,
    `Declared dead ${after} later, unless it refutes.`,
    "`holdfast compare detector` measures all of them; --advise turns a link's figures into these.",
  ];
}

const timeText = (ms: number): string => formatDuration(micros(Math.round(ms * 1_000)));
