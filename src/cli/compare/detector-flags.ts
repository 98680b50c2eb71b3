/** The flags of `holdfast compare detector`: read, held against one another, or refused. */
import { InvalidArgumentError } from "commander";
import { suggestion } from "../../config/suggest.js";
import type { Duration } from "../../kernel/time.js";
import { micros } from "../../kernel/time.js";
import { contenders } from "../../sim/fleet/contenders.js";
import { type FleetStudy, studiedMembership } from "../../sim/fleet/study.js";
import { fleetTrials } from "../../sim/fleet/trials.js";
import { CliFailure } from "../exit.js";
import { readShare } from "./advice-flags.js";
import type { DetectorComparisonOptions } from "./detector-comparison.js";

export interface DetectorFlags {
  readonly nodes: number;
  readonly sizes?: readonly number[];
  readonly loss: number;
  readonly losses?: readonly number[];
  readonly period: Duration;
  readonly suspectAfter?: Duration;
  readonly ackTimeout?: Duration;
  readonly relays: number;
  readonly phi: number;
  readonly delay: Duration;
  readonly jitter: Duration;
  readonly tellLateness?: boolean;
  readonly detectors?: readonly string[];
  readonly trials?: readonly string[];
  readonly seeds: number;
  readonly seed: number;
  readonly advise?: boolean;
  readonly byTrial?: boolean;
  readonly plot?: string;
  readonly json?: boolean;
}

export const nodesMax = 1_000;
export const seedsMax = 1_000;
export const relaysMax = 16;

/** Beats that may be missed before a silence counts, unless told. */
const missedBeats = 3;

/** Everything that can be refused is refused here, before the first trial. */
export function optionsOf(flags: DetectorFlags): DetectorComparisonOptions {
  const sizes = flags.sizes ?? [flags.nodes];
  const losses = flags.losses ?? [flags.loss];
  const studies = losses.flatMap((loss) => sizes.map((nodes) => studyOf(flags, nodes, loss)));
  return {
    studies,
    contenders: choose("--detectors", "detector", contenders, flags.detectors),
    trials: choose("--trials", "trial", trialsByName, flags.trials),
    seeds: flags.seeds,
    seed: flags.seed,
  };
}

const trialsByName = new Map(fleetTrials.map((trial) => [trial.name, trial]));

function studyOf(flags: DetectorFlags, nodes: number, loss: number): FleetStudy {
  const { period, relays, phi, delay, jitter } = flags;
  if (period < 1_000) refuse("--period: expected at least 1ms");
  const suspectAfter = flags.suspectAfter ?? micros(missedBeats * period);
  if (suspectAfter <= period) refuse("--suspect-after: expected more than the period");
  const ackTimeout = flags.ackTimeout ?? micros(Math.floor(period / 2));
  if (ackTimeout <= 0 || ackTimeout > period) {
    refuse("--ack-timeout: expected more than 0, and at most the period");
  }
  if (!(phi > 0)) refuse(`--phi: expected more than 0, got ${phi}`);
  return {
    nodes,
    loss,
    delay: { kind: "uniform", min: delay, max: micros(delay + jitter) },
    detector: { period, suspectAfter, ackTimeout, relays, phi },
    membership: studiedMembership(period),
    tellsLateness: flags.tellLateness === true,
  };
}

function choose<Item>(
  flag: string,
  noun: string,
  known: ReadonlyMap<string, Item>,
  names: readonly string[] | undefined,
): Item[] {
  return (names ?? [...known.keys()]).map((name) => {
    const item = known.get(name);
    if (item === undefined) {
      refuse(`${flag}: no ${noun} "${name}"${suggestion(name, [...known.keys()])}`);
    }
    return item;
  });
}

export const readNodes = (text: string): number => readCount(text, 2, nodesMax);
export const readRelays = (text: string): number => readCount(text, 0, relaysMax);
export const readSeeds = (text: string): number => readCount(text, 1, seedsMax);

function readCount(text: string, min: number, max: number): number {
  const count = Number(text);
  if (/^\d{1,4}$/.test(text) && count >= min && count <= max) return count;
  throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
}

/** Half of all messages lost is no network any more. */
const lossMax = 0.5;

export function readLoss(text: string): number {
  const loss = readShare(text);
  if (loss >= 0 && loss <= lossMax) return loss;
  throw new InvalidArgumentError(
    `Expected a probability from 0 to ${lossMax}, such as 0.05 or 5%.`,
  );
}

export const readSizes = (text: string): readonly number[] => text.split(",").map(readNodes);
export const readLosses = (text: string): readonly number[] => text.split(",").map(readLoss);

function refuse(message: string): never {
  throw new CliFailure("usage", message);
}
