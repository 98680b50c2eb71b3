/** How long a modelled disk takes. */
import type { Prng } from "../../kernel/prng.js";
import { type Duration, micros, millis, seconds } from "../../kernel/time.js";
import { type DelayModel, drawDelay } from "../delay.js";

export interface DiskLatency {
  /** Of `read` and `list`. */
  readonly read: DelayModel;
  /** Of everything that changes something, as far as the cache: it is not durable by that. */
  readonly write: DelayModel;
  /** Of `sync`, `sync-folder`, and of a synced write on top of the write. */
  readonly sync: DelayModel;
  /** For each sync, from 0 to 1: the card first does its own housekeeping, and nothing else. */
  readonly stallProbability: number;
  readonly stall: DelayModel;
}

const uniform = (min: Duration, max: Duration): DelayModel => ({ kind: "uniform", min, max });

const never: Pick<DiskLatency, "stallProbability" | "stall"> = {
  stallProbability: 0,
  stall: uniform(micros(0), micros(0)),
};

/**
 * For tests in which time is of no interest: it still takes turns, one operation after the other.
 */
export const instantLatency: DiskLatency = {
  read: uniform(micros(1), micros(1)),
  write: uniform(micros(1), micros(1)),
  sync: uniform(micros(1), micros(1)),
  ...never,
};

/** A solid-state disk on which one fdatasync takes about 0.2 ms. */
export const ssdLatency: DiskLatency = {
  read: uniform(micros(20), micros(150)),
  write: uniform(micros(5), micros(30)),
  sync: {
    kind: "normal",
    mean: micros(220),
    deviation: micros(60),
    min: micros(120),
    max: millis(3),
  },
  ...never,
};

/**
 * An SD card of a small computer: syncs of some milliseconds, and now and then one of seconds.
 * Users of etcd on such cards saw syncs of 2.88, 4 and 8 s.
 */
export const sdCardLatency: DiskLatency = {
  read: uniform(micros(200), millis(2)),
  write: uniform(micros(10), micros(200)),
  sync: { kind: "normal", mean: millis(6), deviation: millis(3), min: millis(2), max: millis(40) },
  stallProbability: 0.001,
  stall: uniform(millis(500), seconds(8)),
};

/** How long the card is busy with itself before this sync; 0 for not at all. */
export function drawStall(latency: DiskLatency, dice: Prng): Duration {
  if (latency.stallProbability === 0 || !dice.chance(latency.stallProbability)) return micros(0);
  return drawDelay(latency.stall, dice);
}
