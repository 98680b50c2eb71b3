/**
 * The worst response time of one task under fixed priorities, by the busy period (Joseph and Pandya
 * 1986; Audsley and others 1993; for deadlines beyond the period Lehoczky 1990; with jitter
 * Tindell, Burns and Wellings 1994).
 *
 * The worst begins when the task and all that interfere are released together, each as late as its
 * jitter allows, just after the longest blocking section began. Then the q-th job of the task, q
 * from 0, finishes at the least w for which
 *
 *     w = (q + 1) C + B + sum over interferers j of ceil((w + Jj) / Tj) Cj
 *
 * and has needed w - q T + J since it arrived. The first need not be the worst: every job is looked
 * at until the core has nothing left to do at this priority.
 *
 * All times are in whole microseconds.
 */
import { assert } from "../../kernel/assert.js";

/** What a task asks of the core. */
export interface Load {
  readonly cost: number;
  readonly period: number;
  readonly jitter: number;
}

export interface ResponseQuestion extends Load {
  readonly blocking: number;
  /** Every other task of the same or a higher priority. */
  readonly interferers: readonly Load[];
  /** A response beyond it is as bad as any: then there is no need to look on. */
  readonly enough?: number;
}

export type ResponseAnswer =
  | {
      readonly kind: "bounded";
      /** From the arrival of the job to its end. */
      readonly time: number;
      /** Which job of the busy period is the worst, from 0. */
      readonly job: number;
      /** How many jobs were looked at. */
      readonly jobs: number;
      /** From the common release to the end of the worst job. */
      readonly window: number;
    }
  /** A response beyond `enough` was found, and not looked past. */
  | { readonly kind: "beyond" }
  /** More is asked of the core than it has: the work piles up for ever. */
  | { readonly kind: "overload" }
  /** The core is so nearly full that the busy period had no end within `roundsMax` rounds. */
  | { readonly kind: "no-end" };

/** Rounds of the iteration for one task, over all its jobs. Each is a pass over the interferers. */
export const roundsMax = 100_000;

export function responseTime(question: ResponseQuestion): ResponseAnswer {
  const { cost, period, jitter, blocking, enough = Number.POSITIVE_INFINITY } = question;
  assert(cost > 0 && period > 0 && jitter >= 0 && blocking >= 0, "not a task");
  if (isOverloaded([question, ...question.interferers])) return { kind: "overload" };
  let worst = { time: -1, job: 0, window: 0 };
  let rounds = roundsMax;
  let window = blocking;
  for (let job = 0; ; job += 1) {
    const settled = settle(question, job, window + cost, rounds);
    if (settled === null) return { kind: "no-end" };
    ({ window, rounds } = settled);
    const time = window - job * period + jitter;
    if (time > worst.time) worst = { time, job, window };
    if (time > enough) return { kind: "beyond" };
    // The next job arrives at (job + 1) T - J, seen from the common release.
    if (window + jitter <= (job + 1) * period) return { kind: "bounded", ...worst, jobs: job + 1 };
  }
}

interface Settled {
  readonly window: number;
  /** How many are left. */
  readonly rounds: number;
}

/** The least fixed point from `start` up; null where the rounds or the integers end before it. */
function settle(
  { cost, blocking, interferers }: ResponseQuestion,
  job: number,
  start: number,
  roundsLeft: number,
): Settled | null {
  const own = (job + 1) * cost + blocking;
  let window = start;
  for (let rounds = roundsLeft - 1; rounds >= 0; rounds -= 1) {
    let next = own;
    for (const load of interferers) next += jobsWithin(window, load) * load.cost;
    if (!Number.isSafeInteger(next)) return null;
    if (next === window) return { window, rounds };
    assert(next > window, "the demand shrank");
    window = next;
  }
  return null;
}

/** How many jobs can be released from the common release on, within `window`. */
export const jobsWithin = (window: number, { period, jitter }: Load): number =>
  Math.ceil((window + jitter) / period);

/**
 * Does the load exceed the core? A sum of exactly 1 comes out a little off either way, and counts
 * as not: the iteration then ends, or its bound says that it does not.
 */
const isOverloaded = (loads: readonly Load[]): boolean =>
  loads.reduce((sum, { cost, period }) => sum + cost / period, 0) > 1 + 1e-9;
