/** What all trials of one voter come to, for one kind of fault or several together. */
import type { TrialResult } from "./voter-trial.js";

export interface Score {
  readonly trials: number;
  /** Trials whose fault never changed anything; they count for nothing else. */
  readonly idle: number;
  readonly rows: number;
  readonly masked: number;
  readonly missed: number;
  readonly lost: number;
  readonly falseAlarms: number;
  readonly largestError: number;
  /** Faulty channels, and how many of them were isolated. */
  readonly faulty: number;
  readonly isolated: number;
  /** In samples; null where there was none. */
  readonly isolateMedian: number | null;
  readonly isolateMax: number | null;
  readonly readmitMedian: number | null;
  readonly apart: number;
}

/** @param isFaultFree trials without a fault are none that had no effect */
export function scoreOf(results: readonly TrialResult[], isFaultFree = false): Score {
  const counted = results.filter(({ faulty }) => isFaultFree || faulty > 0);
  const total = (of: (result: TrialResult) => number): number =>
    counted.reduce((sum, result) => sum + of(result), 0);
  const largest = (of: (result: TrialResult) => number): number =>
    counted.reduce((most, result) => Math.max(most, of(result)), 0);
  const isolated = counted.flatMap((result) => result.isolated);
  return {
    trials: results.length,
    idle: results.length - counted.length,
    rows: total(({ rows }) => rows),
    masked: total(({ masked }) => masked),
    missed: total(({ missed }) => missed),
    lost: total(({ lost }) => lost),
    falseAlarms: total(({ falseAlarms }) => falseAlarms),
    largestError: largest(({ largestError }) => largestError),
    faulty: total(({ faulty }) => faulty),
    isolated: isolated.length,
    isolateMedian: median(isolated),
    isolateMax: isolated.length === 0 ? null : Math.max(...isolated),
    readmitMedian: median(counted.flatMap((result) => result.readmitted)),
    apart: largest(({ apart }) => apart),
  };
}

/** The lower of the two in the middle; null of none. */
function median(samples: readonly number[]): number | null {
  const sorted = [...samples].sort((one, other) => one - other);
  return sorted[(sorted.length - 1) >>> 1] ?? null;
}
