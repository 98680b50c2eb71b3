/** What is wished for, and which of it cannot be had. */
import type { Duration } from "../../kernel/time.js";

export interface Wishes {
  /** Members of the cluster, from 2. */
  readonly nodes: number;
  /** Of live members by anybody in the whole cluster, in the mean, per second; more than 0. */
  readonly falseAlarmsPerSecond: number;
  /** A member that stops is suspected within this time. */
  readonly within: Duration;
}

export type Unmet =
  /** What is late by so much cannot be told from what is gone any sooner. */
  | { readonly kind: "too-soon"; readonly withinMin: Duration }
  /**
   * No setting that detects in time is mistaken so seldom. `withinMin` would do for both; null
   * where no time would.
   */
  | { readonly kind: "too-many-false-alarms"; readonly withinMin: Duration | null }
  /** More relays are needed than there are members to ask. */
  | { readonly kind: "too-few-relays"; readonly needed: number; readonly available: number };

export interface FalseAlarms {
  /** Per second in the whole cluster, as if losses had nothing to do with one another. */
  readonly independent: number;
  /** The same by the runs of losses that were counted; null where they were too few. */
  readonly byRuns: number | null;
}

/** The figure to go by: what was counted goes before what is assumed. */
export const falseAlarmRate = ({ independent, byRuns }: FalseAlarms): number =>
  byRuns ?? independent;

/** People set whole milliseconds, or a tenth of one where it is little. */
export const grainOf = (time: number): number => (time >= 10_000 ? 1_000 : 100);
export const roundDown = (time: number): number => {
  const grain = grainOf(time);
  return Math.floor(time / grain) * grain;
};
export const roundUp = (time: number): number => {
  const grain = grainOf(time);
  return Math.ceil(time / grain) * grain;
};

/** Longer times than this are of no use to anybody: a day, in microseconds. */
const withinMost = 86_400_000_000;

/** The smallest time, within a percent, that fulfils all wishes; null where none does. */
export function smallestWithin(
  from: Duration,
  fulfils: (within: Duration) => boolean,
): Duration | null {
  let low: number = from;
  let high: number = from;
  while (!fulfils(high as Duration)) {
    if (high > withinMost) return null;
    low = high;
    high *= 2;
  }
  while (high - low > high / 100) {
    const middle = Math.floor((low + high) / 2);
    if (fulfils(middle as Duration)) high = middle;
    else low = middle;
  }
  return roundUp(high) as Duration;
}
