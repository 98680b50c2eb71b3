/**
 * What the theory says of random probing, to choose settings by and to hold simulations against.
 *
 * Das, Gupta and Motivala 2002 (SWIM), sections 3.1 and 5; Gupta, Chandra and Goldszmidt 2001, "On
 * scalable and efficient distributed failure detectors". Times are in periods, the paper's T'. A
 * *period of detection*, T, is the expected time until somebody first detects a failure. All of
 * this is for uniform choice; random round robin has the same means and a bound besides.
 *
 * `loss` is the probability that one message is lost, from 0 to less than 1; `live` the share of
 * members that have not failed, more than 0, up to 1.
 */
import { UsageError } from "../../kernel/assert.js";

export interface Conditions {
  readonly loss: number;
  /** 1 if it is left out. */
  readonly live?: number;
}

/**
 * The expected periods until somebody probes a member that has failed, when `members` in all each
 * choose one of the others: the mean of a geometric distribution.
 * @param members at least 2, the failed one included
 */
export function firstDetectionPeriods(members: number): number {
  demand(Number.isSafeInteger(members) && members >= 2, `not a number of members: ${members}`);
  const others = members - 1;
  return 1 / (1 - (1 - 1 / others) ** others);
}

/** The same for very many members: e/(e - 1) where all are live. */
export function firstDetectionLimit(live = 1): number {
  demandLive(live);
  return 1 / -Math.expm1(-live);
}

/** The periods within which random round robin chooses each of `peers`: never more. */
export function roundRobinPeriodsMax(peers: number): number {
  demand(Number.isSafeInteger(peers) && peers >= 1, `not a number of peers: ${peers}`);
  return 2 * peers - 1;
}

/**
 * The probability that a probe of a live member fails: its ping or ack is lost, and one of the four
 * messages by each relay. With `relays` a fraction, between the whole ones.
 */
export function failedProbeProbability(conditions: Conditions, relays: number): number {
  demand(relays >= 0, `not a number of relays: ${relays}`);
  return directFailure(conditions) * relayFailure(conditions) ** relays;
}

/**
 * PM(T): how often a live member is detected by mistake within a period of detection, in the mean;
 * where that is small, the probability that it is.
 */
export function falsePositiveProbability(conditions: Conditions, relays: number): number {
  const live = conditions.live ?? 1;
  const probesInT = live * firstDetectionLimit(live);
  return probesInT * failedProbeProbability(conditions, relays);
}

export interface RelaysNeeded {
  /** The k that gives the wanted probability exactly; below 0 where no relay is needed. */
  readonly exact: number;
  readonly whole: number;
}

/** How many relays keep PM(T) at or below `probability`, more than 0 and less than 1. */
export function relaysNeeded(conditions: Conditions, probability: number): RelaysNeeded {
  demandProbability(probability);
  demand(conditions.loss > 0, "without loss no relay is needed");
  const without = falsePositiveProbability(conditions, 0);
  const exact = Math.log(probability / without) / Math.log(relayFailure(conditions));
  return { exact, whole: Math.max(0, Math.ceil(exact)) };
}

/**
 * L*: the least messages a member must send in a period of detection, in the worst case, for a
 * mistake to have this probability: enough that all are lost only so seldom.
 */
export function optimalLoad(conditions: Conditions, probability: number): number {
  demandProbability(probability);
  demandConditions(conditions);
  demand(conditions.loss > 0, "without loss one message is enough");
  return Math.log(probability) / Math.log(conditions.loss);
}

/** Messages a period that one member's probing causes in the worst case: 4 a relay, and 2. */
export const worstLoadPerPeriod = (relays: number): number => 4 * relays + 2;

/** The most that they are in the mean: relays are asked only where the direct probe failed. */
export const meanLoadPerPeriodMax = (conditions: Conditions, relays: number): number =>
  2 + 4 * relays * (1 - (conditions.live ?? 1) * delivered(conditions, 2));

/** Both over L*, with as many relays (a fraction too) as the probability needs. */
export function loadRatios(
  conditions: Conditions,
  probability: number,
): { readonly worst: number; readonly mean: number } {
  const { exact } = relaysNeeded(conditions, probability);
  // A member's messages in T, of which there is less than one in a period.
  const perT = firstDetectionLimit(conditions.live) / optimalLoad(conditions, probability);
  return {
    worst: worstLoadPerPeriod(exact) * perT,
    mean: meanLoadPerPeriodMax(conditions, exact) * perT,
  };
}

/** The probability that `count` messages all arrive. */
function delivered({ loss }: Conditions, count: number): number {
  return (1 - loss) ** count;
}

function directFailure(conditions: Conditions): number {
  demandConditions(conditions);
  return 1 - delivered(conditions, 2);
}

/** A relay is of no help where it has failed itself, or one of four messages is lost. */
function relayFailure(conditions: Conditions): number {
  return 1 - (conditions.live ?? 1) * delivered(conditions, 4);
}

function demandConditions({ loss, live }: Conditions): void {
  demand(loss >= 0 && loss < 1, `not a probability of loss: ${loss}`);
  demandLive(live ?? 1);
}

const demandLive = (live: number): void =>
  demand(live > 0 && live <= 1, `not a share of live members: ${live}`);

const demandProbability = (probability: number): void =>
  demand(probability > 0 && probability < 1, `not a probability: ${probability}`);

function demand(holds: boolean, message: string): void {
  if (!holds) throw new UsageError(message);
}
