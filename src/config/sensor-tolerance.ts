/**
 * What the channels of one sensor tolerate, by the rules of src/voting: a value needs a majority of
 * those that count, at least two of them (`Jury.quorum`), and who is wrong or silent for long is
 * excluded, so that the next fault meets a smaller group. A test drives the true voter with these
 * numbers.
 */
import type { Channel } from "../control/channels.js";
import { assert } from "../kernel/assert.js";
import type { ClusterSettings } from "../node/settings.js";
import { type HealthOptions, healthOptions } from "../voting/health/options.js";
import { midValueSelect } from "../voting/mid-value-select.js";

export interface SensorTolerance {
  readonly sensor: string;
  readonly channels: number;
  readonly voter: string;
  /** False for a voter whose rule this file does not know: then no masking is claimed. */
  readonly voterKnown: boolean;
  /** Whether a wrong value that is within the tolerance of a right one moves the voted value. */
  readonly movedByNear: boolean;
  /** How many may be wrong at a time: alike, stuck, or telling each replica something else. */
  readonly valueFaults: number;
  /** How many may say nothing, or too late, at a time. */
  readonly silences: number;
  /** How many may fail one after the other, each excluded before the next. */
  readonly inSequence: number;
  /** After so many samples in a row a channel is excluded. */
  readonly wrongSamplesToExclude: number;
  readonly missingSamplesToExclude: number;
  /** How far the others must move for a value that stays to be stuck, in the sensor's unit. */
  readonly stuckMove: number;
  readonly unit: string;
  /** What is outside of this cannot be true, and is never believed. */
  readonly min: number;
  readonly max: number;
  /** How many of the channels hang on the node that has most of them. */
  readonly channelsOnOneNode: number;
  readonly nodes: number;
}

/** With two channels a wrong one is noticed, but not which; with one, not even that. */
export const valueFaultsTolerated = (channels: number): number =>
  channels < 3 ? 0 : Math.floor((channels - 1) / 2);

/** Two must speak, where there are two or more; one that is left alone could say anything. */
export const silencesTolerated = (channels: number): number => Math.max(0, channels - 2);

/** VOTE-4: no minority of liars moves the value off the healthy ones. */
const neverMoved: readonly string[] = [
  "mid-value",
  "median",
  "exact-majority",
  "formal-majority",
  "plurality",
  "smoothing",
  "marzullo",
  "ntp",
];

/** VOTE-7: a liar moves it only where it is within the tolerance of a healthy channel. */
const movedByNear: readonly string[] = [
  "weighted-distance",
  "weighted-history",
  "history",
  "brooks-iyengar",
];

/** Of `mean` nothing is claimed: any liar moves it, until it has no value. */
const votersKnown: readonly string[] = [...neverMoved, ...movedByNear];

export function sensorTolerance(
  cluster: ClusterSettings,
  sensor: string,
  channels: readonly Channel[],
): SensorTolerance {
  const count = channels.length;
  const voting = cluster.voting.get(sensor);
  const voter = (voting?.voter ?? midValueSelect).name;
  const voterKnown = votersKnown.includes(voter);
  const declared = cluster.app.sensors[sensor];
  assert(declared !== undefined, `channels of a sensor that the app does not have: ${sensor}`);
  const tolerance = voting?.tolerance ?? declared.tolerance;
  const health = healthOptions(voting?.health ?? {}, tolerance);
  const onNodes = cluster.nodes.map((node) => channels.filter((one) => one.node === node).length);
  return {
    sensor,
    channels: count,
    voter,
    voterKnown,
    movedByNear: movedByNear.includes(voter),
    valueFaults: voterKnown ? valueFaultsTolerated(count) : 0,
    silences: voterKnown ? silencesTolerated(count) : 0,
    inSequence: voterKnown ? silencesTolerated(count) : 0,
    ...patienceOf(health),
    stuckMove: health.stuckMove,
    unit: declared.unit,
    min: declared.min,
    max: declared.max,
    channelsOnOneNode: Math.max(...onNodes),
    nodes: onNodes.filter((here) => here > 0).length,
  };
}

function patienceOf(health: HealthOptions) {
  const { strikesMax, strikesPerFault, strikesPerOmission } = health;
  return {
    wrongSamplesToExclude: Math.ceil(strikesMax / strikesPerFault),
    missingSamplesToExclude: Math.ceil(strikesMax / strikesPerOmission),
  };
}
