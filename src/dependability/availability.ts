/**
 * The share of time in which a thing that is repaired works, in the long run. Source: Trivedi 2002,
 * sections 6.6 and 8.2; the words are those of A. Avizienis, J.-C. Laprie, B. Randell and C.
 * Landwehr, "Basic concepts and taxonomy of dependable and secure computing", IEEE TDSC 1 (2004).
 */
import { checkCount, checkGroup, checkMeanTime, groupMax } from "./ranges.js";

/** Of one component: MTTF / (MTTF + MTTR). */
export function availability(mttfHours: number, mttrHours: number): number {
  checkMeanTime("MTTF", mttfHours);
  checkMeanTime("MTTR", mttrHours);
  return 1 / (1 + mttrHours / mttfHours);
}

export interface RepairedGroup {
  /** How many must work, 1 to n. */
  readonly k: number;
  /** 1 to `groupMax`. */
  readonly n: number;
  /** Of one component, in hours. */
  readonly mttfHours: number;
  readonly mttrHours: number;
  /** How many are repaired at a time. With n or more, each is repaired on its own. */
  readonly crews: number;
}

/**
 * Of a group of which `k` of `n` must work, and whose members fail also while too few of them work:
 * a birth-death chain over the number that failed, solved by its products of rates.
 */
export function groupAvailability(group: RepairedGroup): number {
  const { k, n, mttfHours, mttrHours, crews } = group;
  checkGroup(k, n);
  checkMeanTime("MTTF", mttfHours);
  checkMeanTime("MTTR", mttrHours);
  checkCount("crews", crews, 1, groupMax);
  let [weight, up, all] = [1, 1, 1];
  for (let failed = 1; failed <= n; failed += 1) {
    const ratio = ((n - failed + 1) * mttrHours) / (mttfHours * Math.min(failed, crews));
    // Only the proportions count. Scaled to the largest, none of them can overflow.
    if (weight * ratio > 1) {
      [up, all] = [up / (weight * ratio), all / (weight * ratio)];
      weight = 1;
    } else {
      weight *= ratio;
    }
    all += weight;
    if (n - failed >= k) up += weight;
  }
  return up / all;
}
