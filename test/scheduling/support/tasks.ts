/** Sets of tasks, written short: times in microseconds. */

import { micros } from "../../../src/kernel/time.js";
import type { Step, Task, TaskSet } from "../../../src/scheduling/analysis/task-set.js";
import { priority } from "../../../src/scheduling/priority.js";

export interface Brief {
  readonly name?: string;
  readonly priority?: number;
  readonly period: number;
  readonly deadline?: number;
  readonly jitter?: number;
  readonly offset?: number;
  /** A number is a run; `+a` locks a, `-a` unlocks it. */
  readonly body: string | number;
}

export function stepsOf(text: string): readonly Step[] {
  return text.split(" ").map((word): Step => {
    if (word.startsWith("+")) return { kind: "lock", resource: word.slice(1) };
    if (word.startsWith("-")) return { kind: "unlock", resource: word.slice(1) };
    return { kind: "run", time: micros(Number(word)) };
  });
}

/** Without a priority of its own, each task is less urgent than the one before it. */
export function task(brief: Brief, place = 0): Task {
  return {
    name: brief.name ?? `t${place + 1}`,
    priority: priority(brief.priority ?? 90 - place),
    body: stepsOf(String(brief.body)),
    period: micros(brief.period),
    deadline: micros(brief.deadline ?? brief.period),
    jitter: micros(brief.jitter ?? 0),
    offset: micros(brief.offset ?? 0),
  };
}

export const setOf = (
  briefs: readonly Brief[],
  protocol: TaskSet["protocol"] = "inheritance",
  switchCost = 0,
): TaskSet => ({ tasks: briefs.map(task), protocol, switchCost: micros(switchCost) });
