/**
 * How a cluster watches its members: the choice of a detector and of what membership makes of its
 * suspicions, with a default for everything.
 */
import type { DetectorKind, DetectorSettings } from "../detection/detector.js";
import { detectors } from "../detection/detectors.js";
import { recommendedDetector } from "../detection/recommendation.js";
import { assert } from "../kernel/assert.js";
import { type Duration, micros, seconds } from "../kernel/time.js";
import type { MembershipSettings } from "../membership/ports.js";
import type { Timing } from "./settings.js";

export interface DetectionSettings {
  readonly detector: DetectorKind;
  readonly detectorSettings: DetectorSettings;
  readonly membership: MembershipSettings;
}

/** What a config may say of it; see the keys of `detection` in docs/config.md. */
export interface DetectionChoice {
  /** A key of `detectors`. */
  readonly detector: string;
  readonly ackTimeout: Duration;
  readonly relays: number;
  readonly phi: number;
  readonly lifeguard: boolean;
  readonly suspicionAlpha: number;
  readonly suspicionBeta: number;
  readonly confirmations: number;
  readonly unreachableFor: Duration;
  readonly syncEvery: Duration;
  readonly lambda: number;
}

/** The seats of a roster are never forgotten; this bounds what is kept of an ended accusation. */
const tombstoneFor = seconds(3_600);

/** So that the claims of a frame stay small beside a sample. */
const claimsPerMessageMax = 8;

/** How often the members compare their lists, in heartbeats. */
const heartbeatsPerSync = 20;

/** @param nodeCount of the cluster, at least 1 */
export function detectionDefaults(nodeCount: number, heartbeat: Duration): DetectionChoice {
  return {
    detector: recommendedDetector(nodeCount).detector,
    ackTimeout: micros(Math.max(1, Math.floor(heartbeat / 2))),
    relays: 3,
    phi: 8,
    lifeguard: true,
    suspicionAlpha: 4,
    suspicionBeta: 6,
    confirmations: 3,
    unreachableFor: micros(0),
    syncEvery: micros(heartbeatsPerSync * heartbeat),
    lambda: 3,
  };
}

/** @param choice a name of a detector that there is; what is left out is as by default */
export function detectionOf(
  choice: Partial<DetectionChoice>,
  nodeCount: number,
  { heartbeat: period, suspectAfter }: Timing,
): DetectionSettings {
  const all = { ...detectionDefaults(nodeCount, period), ...choice };
  const detector = detectors.get(all.detector);
  assert(detector !== undefined, `there is no detector ${all.detector}`);
  const { ackTimeout, relays, phi, lifeguard } = all;
  const { suspicionAlpha, suspicionBeta, confirmations, unreachableFor, syncEvery, lambda } = all;
  return {
    detector,
    detectorSettings: { period, suspectAfter, ackTimeout, relays, phi, lifeguard },
    membership: {
      admission: { kind: "roster" },
      suspicionAlpha,
      suspicionBeta,
      confirmations,
      unreachableFor,
      tombstoneFor,
      syncEvery,
      gossipEvery: period,
      lambda,
      claimsPerMessageMax,
    },
  };
}
