/**
 * Tests by utilisation: quick, and on the safe side. A set that passes meets its deadlines; of one
 * that does not they say nothing. They hold for independent tasks whose deadlines are not before
 * the end of the period, with rate-monotonic priorities.
 */
import { costOf, resourcesOf, type Task, type TaskSet } from "./task-set.js";

/** Why the tests do not hold for a set. */
export type BoundsGap = "early-deadline" | "jitter" | "locks" | "other-priorities";

export interface UtilisationBounds {
  /** The share of the core that the set asks for. */
  readonly utilisation: number;
  /** n (2^(1/n) - 1): Liu and Layland 1973. The utilisation must not exceed it. */
  readonly liuLayland: number;
  /** The product of Ui + 1 must not exceed 2: Bini, Buttazzo and Buttazzo 2003. */
  readonly hyperbolicProduct: number;
  /** Null where both tests hold for the set. */
  readonly gap: BoundsGap | null;
  readonly verdict: "passes" | "says-nothing" | "overload";
}

export const liuLaylandBound = (tasks: number): number => tasks * (2 ** (1 / tasks) - 1);

/** @param set with the cost of switching charged */
export function utilisationBounds({ tasks }: TaskSet): UtilisationBounds {
  const shares = tasks.map(({ body, period }) => costOf(body) / period);
  const utilisation = shares.reduce((sum, share) => sum + share, 0);
  const hyperbolicProduct = shares.reduce((product, share) => product * (share + 1), 1);
  const liuLayland = liuLaylandBound(tasks.length);
  const gap = gapOf(tasks);
  const passes = utilisation <= liuLayland || hyperbolicProduct <= 2;
  const verdict =
    utilisation > 1 + 1e-9 ? "overload" : gap === null && passes ? "passes" : "says-nothing";
  return { utilisation, liuLayland, hyperbolicProduct, gap, verdict };
}

function gapOf(tasks: readonly Task[]): BoundsGap | null {
  if (tasks.some(({ body }) => resourcesOf(body).length > 0)) return "locks";
  if (tasks.some(({ jitter }) => jitter > 0)) return "jitter";
  if (tasks.some(({ deadline, period }) => deadline < period)) return "early-deadline";
  return isRateMonotonic(tasks) ? null : "other-priorities";
}

/** A shorter period must not have a lower priority, nor an equal one: equal tasks take turns. */
function isRateMonotonic(tasks: readonly Task[]): boolean {
  const sorted = [...tasks].sort((one, other) => other.priority - one.priority);
  return sorted.every((task, index) => {
    const next = sorted[index + 1];
    return next === undefined || (next.period >= task.period && next.priority < task.priority);
  });
}
