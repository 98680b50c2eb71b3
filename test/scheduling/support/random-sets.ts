/** Random sets of tasks, and random courses of events that they allow. */

import type { Prng } from "../../../src/kernel/prng.js";
import { instant, micros } from "../../../src/kernel/time.js";
import {
  resourcesOf,
  type Step,
  type Task,
  type TaskSet,
} from "../../../src/scheduling/analysis/task-set.js";
import { priority } from "../../../src/scheduling/priority.js";
import type { Course } from "../../../src/scheduling/schedule/course.js";

/** Shares of the core with a given sum, evenly spread (Bini and Buttazzo 2005, UUniFast). */
export function uunifast(prng: Prng, count: number, utilisation: number): readonly number[] {
  const shares: number[] = [];
  let rest = utilisation;
  for (let left = count - 1; left > 0; left -= 1) {
    const next = rest * prng.fraction() ** (1 / left);
    shares.push(rest - next);
    rest = next;
  }
  return [...shares, rest];
}

export interface Kind {
  readonly protocol: TaskSet["protocol"];
  readonly resources: number;
  readonly jitter: boolean;
  /** May deadlines lie beyond periods, and jitter too? */
  readonly long: boolean;
  readonly switchCost?: number;
}

export function randomSet(prng: Prng, kind: Kind): TaskSet {
  const count = 2 + prng.below(5);
  const shares = uunifast(prng, count, 0.3 + 0.65 * prng.fraction());
  const tasks = shares.map((share, place): Task => {
    const period = 20 + prng.below(400);
    const stretch = kind.long ? 2 : 1;
    return {
      name: `t${place + 1}`,
      // Few levels, so that some are equal.
      priority: priority(1 + prng.below(6)),
      body: randomBody(prng, Math.max(1, Math.round(share * period)), kind.resources),
      period: micros(period),
      deadline: micros(Math.round(period * stretch * (0.7 + 0.3 * prng.fraction()))),
      jitter: micros(kind.jitter ? prng.below(stretch * period) : 0),
      offset: micros(prng.below(2 * period)),
    };
  });
  return { tasks, protocol: kind.protocol, switchCost: micros(kind.switchCost ?? 0) };
}

/**
 * Splits the cost into pieces with locks between them: nested, one after the other, and
 * overlapping. Resources are locked in one order, so that nothing can deadlock.
 */
function randomBody(prng: Prng, cost: number, resources: number): readonly Step[] {
  const steps: Step[] = [];
  let [left, held, next] = [cost, [] as string[], 0];
  while (left > 0) {
    const time = 1 + prng.below(left);
    left -= time;
    const dice = prng.below(4);
    if (dice < 2 && next < resources) {
      next += prng.below(resources - next);
      held.push(`r${next}`);
      steps.push({ kind: "lock", resource: `r${next}` });
      next += 1;
    } else if (dice === 2 && held.length > 0) {
      const [given] = held.splice(prng.below(held.length), 1);
      steps.push({ kind: "unlock", resource: given ?? "" });
      // With nothing held, the order of locks begins anew.
      if (held.length === 0) next = 0;
    }
    steps.push({ kind: "run", time: micros(time) });
  }
  for (const resource of held) steps.push({ kind: "unlock", resource });
  return steps;
}

/** Jobs that come later than they might, are late by any part of their jitter, and may be short. */
export function randomCourse(prng: Prng, tasks: readonly Task[]): Course {
  const dice = new Map(tasks.map(({ name }) => [name, prng.split(name)]));
  const crowded = prng.chance(0.7);
  const full = prng.chance(0.6);
  return {
    release: ({ name, offset, period, jitter }, _job, before) => {
      const own = dice.get(name) ?? prng;
      const gap = crowded || own.chance(0.5) ? 0 : own.below(period);
      const arrival = before === null ? offset : before.arrival + period + gap;
      const late = own.chance(0.5) ? own.below(jitter + 1) : own.chance(0.5) ? jitter : 0;
      const release = Math.max(before?.release ?? 0, arrival + late);
      return { arrival: instant(arrival), release: instant(release) };
    },
    runTime: ({ name }, _job, time) => {
      const own = dice.get(name) ?? prng;
      return full || own.chance(0.5) ? time : micros(own.below(time + 1));
    },
  };
}

export const usesLocks = ({ tasks }: TaskSet): boolean =>
  tasks.some(({ body }) => resourcesOf(body).length > 0);
