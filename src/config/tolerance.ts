/**
 * What a cluster tolerates, in numbers, and what would still bring all of it down. Of n replicas,
 * any floor((n-1)/2) may crash or fall silent, for the rest is a majority and drives on. Of the
 * channels of a sensor as many may say something wrong, for the right ones outvote them.
 *
 * The numbers are those of src/control/README.md and src/control/right; tolerance-words.ts says
 * them.
 */

import type { Protection } from "../control/protection/protection.js";
import { majorityOf } from "../kernel/ids.js";
import type { ClusterSettings } from "../node/settings.js";
import { electionSpread } from "../replication/raft/options.js";
import { keepAlivesPerLease } from "../replication/service/client/session-belief.js";
import { type SensorTolerance, sensorTolerance } from "./sensor-tolerance.js";
import type { RunSettings } from "./settings.js";
import { notSeenIn, singlePointsOf } from "./single-points.js";

export const crashesTolerated = (replicas: number): number => Math.floor((replicas - 1) / 2);

/** Welch and Lynch (1988): f clocks that tell each reader something else need n >= 3f + 1. */
export const twoFacedClocksTolerated = (replicas: number): number => Math.floor((replicas - 1) / 3);

export interface Tolerance {
  readonly replicas: number;
  /** How many must work. */
  readonly majority: number;
  readonly crashes: number;
  /** A replica that sends nothing, or too late, counts like one that crashed. */
  readonly omissions: number;
  /** Clocks that are wrong, but the same to all; and those that tell each something else. */
  readonly wrongClocks: number;
  readonly twoFacedClocks: number;
  /** Replicas whose state of the app was damaged: the others' replaces it. */
  readonly stateFaults: number;
  /** Replicas whose own voter is wrong: the others' results say so. */
  readonly wrongVoters: number;
  /** The profiles of end-to-end protection; null for none. */
  readonly protection: Protection;
  /** Commands are computed by all, and written by one without a vote. */
  readonly wrongCommands: 0;
  /** Any has the key: the log believes what it has kept, and the others what it sends again. */
  readonly lyingReplicas: 0;
  /** So many renewals of the right to drive may be lost in a row. */
  readonly lostRenewals: number;
  /** In milliseconds, from a crash of the driving replica until another drives. */
  readonly takeoverMs: number;
  /** At most, where the one that crashed led the replicated state as well. */
  readonly takeoverOfLeaderMs: number;
  readonly cycleMs: number;
  readonly sensors: readonly SensorTolerance[];
  /** What brings everything down by failing alone, each in a sentence. */
  readonly singlePointsOfFailure: readonly string[];
  /** What a config does not show, each in a sentence. */
  readonly notSeen: readonly string[];
}

export function toleranceOf(settings: RunSettings): Tolerance {
  const { nodes, channels, timing } = settings.cluster;
  const faults = crashesTolerated(nodes.length);
  const sensors = [...channels].map(([sensor, list]) =>
    sensorTolerance(settings.cluster, sensor, list),
  );
  return {
    replicas: nodes.length,
    majority: majorityOf(nodes.length),
    crashes: faults,
    omissions: faults,
    wrongClocks: faults,
    twoFacedClocks: twoFacedClocksTolerated(nodes.length),
    stateFaults: faults,
    wrongVoters: faults,
    protection: settings.cluster.protection,
    wrongCommands: 0,
    lyingReplicas: 0,
    lostRenewals: keepAlivesPerLease - 1,
    takeoverMs: timing.lease / 1_000,
    takeoverOfLeaderMs: (electionWithin(settings.cluster) + timing.lease) / 1_000,
    cycleMs: timing.cycle / 1_000,
    sensors,
    singlePointsOfFailure: singlePointsOf(settings, sensors),
    notSeen: notSeenIn(settings),
  };
}

export const plural = (count: number, word: string): string =>
  count === 1
    ? `1 ${word}`
    : `${count === 0 ? "no" : count} ${word}${/(sh|ss|x)$/.test(word) ? "es" : "s"}`;

/**
 * Until another leads: what calls the election, and a moment so that not all do at once. The writes
 * of the votes come on top.
 */
function electionWithin({ timing, state }: ClusterSettings): number {
  if (state.leaseReads) return state.election * electionSpread;
  return timing.suspectAfter + state.heartbeat;
}
