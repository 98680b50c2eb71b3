/**
 * Seeded trials: what is done to a fleet, and what its members made of it. When, to whom and how
 * often is drawn from the seed, the same for every contender.
 */
import type { NodeId } from "../../kernel/ids.js";
import type { Prng } from "../../kernel/prng.js";
import { type Duration, elapsed, micros } from "../../kernel/time.js";
import type { Accuracy } from "./checkers/accuracy.js";
import { unnoticed } from "./checkers/completeness.js";
import type { Detection } from "./checkers/detection.js";
import type { Load } from "./checkers/load.js";
import { FleetStage } from "./stage.js";
import { type Contender, type FleetStudy, longestSuspicion } from "./study.js";

export interface FleetTrial {
  readonly name: string;
  /** For people. */
  readonly does: string;
  /**
   * Does it to a fleet that has settled, and runs it to the end.
   *
   * @param patience periods after which every crash must be known to all
   */
  run(stage: FleetStage, patience: number): void;
}

export interface TrialResult {
  readonly trial: string;
  readonly seed: number;
  /** From the end of settling to the end. */
  readonly took: Duration;
  /** `took` for each member. */
  readonly memberHours: number;
  readonly accuracy: Accuracy;
  readonly detections: readonly Detection[];
  /** Pairs of a live member and a crashed one that it trusts in the end. */
  readonly unnoticed: number;
  readonly flaps: number;
  readonly load: Load;
  /** From the last fault or healing until all views were true for good; null if they are not. */
  readonly converged: Duration | null;
}

/** How long a fleet is looked at in which nothing crashes. */
const calmPeriods = 60;

const calm: FleetTrial = {
  name: "calm",
  does: "nothing fails",
  run: (stage) => stage.run(calmPeriods),
};

const crash: FleetTrial = {
  name: "crash",
  does: "one member stops at a random time",
  run: (stage, patience) => crashing(stage, 1, patience),
};

const crashes: FleetTrial = {
  name: "crashes",
  does: "a fifth of the members stop at once",
  run: (stage, patience) => crashing(stage, Math.ceil(stage.members.length / 5), patience),
};

function crashing(stage: FleetStage, count: number, patience: number): void {
  const victims = chosen(stage, count);
  stage.run(3 * stage.dice.fraction());
  for (const id of victims) stage.crash(id);
  stage.runUntil(() => stage.detection.isOver, patience);
  // Nobody may take it back.
  stage.run(lastPeriods);
}

const lastPeriods = 5;

/** Of the time-out: long enough to be suspected, too short to be rightly given up. */
const slowShare = 0.8;

const slow: FleetTrial = {
  name: "slow",
  does: "one member is paused for 0.8 of the time-out, again and again",
  run: (stage) => {
    const { suspectAfter } = stage.study.detector;
    pausing(stage, micros(Math.round(slowShare * suspectAfter)), stage.period);
    stage.run(calmPeriods);
  },
};

/**
 * Pauses one member again and again; between two pauses it runs for up to `gapMax`.
 *
 * @returns which
 */
export function pausing(stage: FleetStage, wait: Duration, gapMax: Duration): NodeId {
  const [victim] = chosen(stage, 1) as [NodeId];
  const dice = stage.dice.split("gaps");
  const pause = (): void => {
    stage.fleet.pause(victim, wait);
    stage.schedule((wait + gapMax * dice.fraction()) / stage.period, pause);
  };
  stage.schedule(dice.fraction(), pause);
  return victim;
}

const partitionPeriods = 40;

const partition: FleetTrial = {
  name: "partition",
  does: `two halves do not hear each other for ${partitionPeriods} periods`,
  run: (stage, patience) => {
    const half = new Set(chosen(stage, Math.floor(stage.members.length / 2)));
    stage.cut((source, target) => half.has(source) !== half.has(target));
    stage.run(partitionPeriods);
    stage.heal();
    stage.marks();
    converging(stage, patience);
  },
};

const oneWay: FleetTrial = {
  name: "one-way",
  does: "what one member sends to one other is lost",
  run: (stage) => {
    const [from, to] = chosen(stage, 2);
    stage.fleet.block((source, target) => source === from && target === to);
    stage.run(calmPeriods);
  },
};

const restart: FleetTrial = {
  name: "restart",
  does: "one member stops and comes back in a new life within 10 periods",
  run: (stage, patience) => {
    const [victim] = chosen(stage, 1) as [NodeId];
    stage.crash(victim);
    stage.run(10 * stage.dice.fraction());
    stage.restart(victim);
    stage.marks();
    converging(stage, patience);
  },
};

/** All views may be true before the news of a fault has spread, so it waits a while first. */
function converging(stage: FleetStage, patience: number): void {
  stage.run(10);
  stage.runUntil(() => stage.convergence.since !== null, patience);
}

export const fleetTrials: readonly FleetTrial[] = [
  calm,
  crash,
  crashes,
  slow,
  partition,
  oneWay,
  restart,
];

export function runFleetTrial(
  trial: FleetTrial,
  study: FleetStudy,
  contender: Contender,
  seed: number,
): TrialResult {
  const stage = new FleetStage(study, contender, { seed, purpose: trial.name });
  stage.settle();
  trial.run(stage, patienceFor(study, contender));
  return resultOf(trial.name, seed, stage);
}

/**
 * In periods, twice what the worst of the protocols promises: a member probed in its 2n - 1st
 * period or silent for three time-outs, its suspicion unconfirmed, and the news on its way.
 */
function patienceFor(study: FleetStudy, contender: Contender): number {
  const { period, suspectAfter } = study.detector;
  const suspicion = longestSuspicion(study, contender) / period;
  const spreading = 10 * Math.ceil(Math.log2(study.nodes));
  return Math.ceil(2 * (2 * study.nodes + (3 * suspectAfter) / period + suspicion + spreading));
}

function resultOf(trial: string, seed: number, stage: FleetStage): TrialResult {
  const { now, begins, truth, views, convergence, marked } = stage;
  const took = elapsed(begins, now);
  const { since } = convergence;
  return {
    trial,
    seed,
    took,
    memberHours: (took * stage.members.length) / microsPerHour,
    accuracy: stage.accuracy.result(),
    detections: stage.detection.results(),
    unnoticed: unnoticed(truth, views).length,
    flaps: stage.flaps.flaps,
    load: stage.load.result(now, stage.period),
    converged: since === null ? null : (Math.max(0, since - marked) as Duration),
  };
}

const microsPerHour = 3_600_000_000;

/** So many different members, in a random order. */
function chosen({ members, dice }: FleetStage, count: number): NodeId[] {
  return shuffled(members, dice).slice(0, count);
}

/** Fisher and Yates, as Durstenfeld (1964) does it. */
function shuffled(members: readonly NodeId[], dice: Prng): NodeId[] {
  const order = [...members];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = dice.below(last + 1);
    [order[last], order[other]] = [order[other] as NodeId, order[last] as NodeId];
  }
  return order;
}
