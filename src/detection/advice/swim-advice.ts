/**
 * Period, ack time-out and relays of SWIM for a link and wishes (Das, Gupta and Motivala 2002).
 *
 * The period follows from the wished time, because it is the dice that decide when a member is
 * probed next: so many periods as are enough in 999 of 1,000 cases, and no more than random round
 * robin needs. The relays follow from the false alarms, by PM(T).
 */
import { type Duration, micros } from "../../kernel/time.js";
import {
  failedProbeProbability,
  falsePositiveProbability,
  firstDetectionLimit,
  firstDetectionPeriods,
  relaysNeeded,
  roundRobinPeriodsMax,
  worstLoadPerPeriod,
} from "../swim/analysis.js";
import { type Advice, hopeless, periodMin } from "./heartbeat-advice.js";
import { carriesNothing, type LinkQuality } from "./link-quality.js";
import {
  type FalseAlarms,
  roundDown,
  roundUp,
  smallestWithin,
  type Unmet,
  type Wishes,
} from "./wishes.js";

export interface SwimAdvice {
  readonly period: Duration;
  readonly ackTimeout: Duration;
  /** k: how many members are asked to probe one that did not answer. */
  readonly relays: number;
  readonly falseAlarms: FalseAlarms;
  /** From a crash to the first suspicion by anybody, in the mean. */
  readonly detectionMean: Duration;
  /** In 999 of 1,000 cases no longer than this. */
  readonly detectionMax: Duration;
  /** Of the whole cluster, in the worst case. */
  readonly framesPerSecondMax: number;
}

/** The share of crashes that may take longer than `detectionMax`. */
const slowShare = 0.001;

/** A probe, and then the relays' two, must fit into a period (section 3.1: three round trips). */
const roundTripsPerPeriod = 3;

export function adviseSwim(link: LinkQuality, wishes: Wishes): Advice<SwimAdvice> {
  if (carriesNothing(link)) return hopeless;
  const { settings, needed } = within(link, wishes);
  if (settings === null) {
    return { settings: null, unmet: [{ kind: "too-soon", withinMin: soonest(link, wishes) }] };
  }
  if (needed <= settings.relays) return { settings, unmet: [] };
  return { settings, unmet: [shortOfRelays(link, wishes, needed)] };
}

interface Found {
  readonly settings: SwimAdvice | null;
  /** Relays, whether there are so many members or not. */
  readonly needed: number;
}

function within(link: LinkQuality, { nodes, falseAlarmsPerSecond, within: time }: Wishes): Found {
  const period = roundDown(time / (periodsMax(nodes) + 1));
  const ackTimeout = roundDown(period / roundTripsPerPeriod);
  // Each of the two messages has half of the round trip.
  const loss = link.missed(ackTimeout / 2);
  if (period < periodMin || ackTimeout <= 0 || loss >= 1) return { settings: null, needed: 0 };
  const perT = (falseAlarmsPerSecond * period * firstDetectionLimit()) / (nodes * 1_000_000);
  const needed = relaysFor(loss, perT);
  const relays = Math.min(needed, nodes - 2);
  const periodsPerSecond = 1_000_000 / period;
  const settings = {
    ...{ period: micros(period), ackTimeout: micros(ackTimeout), relays },
    falseAlarms: {
      // Each member is probed once a period, in the mean.
      independent: nodes * periodsPerSecond * failedProbeProbability({ loss }, relays),
      byRuns: null,
    },
    // The crash is half a period before the next probe begins, which takes one.
    detectionMean: micros(Math.ceil((firstDetectionPeriods(nodes) + 0.5) * period)),
    detectionMax: micros((periodsMax(nodes) + 1) * period),
    framesPerSecondMax: nodes * periodsPerSecond * worstLoadPerPeriod(relays),
  };
  return { settings, needed };
}

/** @param perT the mistakes about one member that are allowed in a period of detection */
function relaysFor(loss: number, perT: number): number {
  if (falsePositiveProbability({ loss }, 0) <= perT) return 0;
  return relaysNeeded({ loss }, perT).whole;
}

/** Until somebody probes the member that has stopped, in all but `slowShare` of the cases. */
export function periodsMax(nodes: number): number {
  const never = 1 - 1 / firstDetectionPeriods(nodes);
  const usual = never <= 0 ? 1 : Math.ceil(Math.log(slowShare) / Math.log(never));
  return Math.min(usual, roundRobinPeriodsMax(nodes - 1));
}

/** When the least lateness of the link fits into a round trip. */
function soonest({ bounds }: LinkQuality, { nodes }: Wishes): Duration {
  const period = Math.max(periodMin, roundTripsPerPeriod * roundUp(2 * (bounds[0] ?? 0)));
  return micros(roundUp(period * (periodsMax(nodes) + 1)));
}

/** A longer period helps where more of what is late then comes in time, and else hardly. */
function shortOfRelays(link: LinkQuality, wishes: Wishes, needed: number): Unmet {
  const available = wishes.nodes - 2;
  const withinMin = smallestWithin(wishes.within, (time) => {
    const found = within(link, { ...wishes, within: time });
    return found.settings !== null && found.needed <= available;
  });
  return withinMin === null
    ? { kind: "too-few-relays", needed, available }
    : { kind: "too-many-false-alarms", withinMin };
}
