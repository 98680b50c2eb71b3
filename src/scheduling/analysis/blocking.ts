/**
 * How long lower tasks can keep a task from running: the B of the papers.
 *
 * Under inheritance (Sha, Rajkumar and Lehoczky 1990, theorem 6) each lower task can do so once,
 * and each resource can once, so B is the smaller of the two sums. Under the immediate ceiling one
 * span of one lower task can, and no more (theorem 12; Burns and Wellings). Under no protocol
 * nothing bounds it but the load of every task in between: that is priority inversion, and it is
 * told as such. All of it is per busy period, not per job: see `spans.ts` for why.
 */
import { unreachable } from "../../kernel/assert.js";
import { type Duration, micros } from "../../kernel/time.js";
import type { Priority } from "../priority.js";
import { ceilingsOf, reachesOf, type Span, spansOf } from "./spans.js";
import type { ProtocolName, Task } from "./task-set.js";

/** A lower task that may be in the way, by its longest span. */
export interface Blocker extends Span {
  readonly task: string;
}

export type Blocking =
  | {
      readonly kind: "bounded";
      readonly time: Duration;
      /** What the time is the sum of. */
      readonly by: readonly Blocker[];
    }
  | {
      readonly kind: "unbounded";
      readonly by: readonly Blocker[];
      /** Tasks that may run while the task waits for one that they keep from running. */
      readonly prolongedBy: readonly string[];
    };

/** @param task one of `tasks` */
export function blockingOf(task: Task, tasks: readonly Task[], protocol: ProtocolName): Blocking {
  const spans = blockersOf(
    task,
    tasks,
    protocol === "ceiling" ? ceilingsOf(tasks) : reachesOf(tasks),
  );
  if (spans.length === 0) return { kind: "bounded", time: micros(0), by: [] };
  switch (protocol) {
    case "none":
      return inversion(task, tasks, spans);
    case "inheritance":
      return bounded(smaller(longestOf(spans, "task"), longestOf(spans, "resource")));
    case "ceiling":
      return bounded([...spans].sort(byLength).slice(0, 1));
    default:
      return unreachable(protocol);
  }
}

/** Every span of a lower task in which it may run in the place of `task` or of one above. */
function blockersOf(
  task: Task,
  tasks: readonly Task[],
  ceilings: ReadonlyMap<string, Priority>,
): readonly Blocker[] {
  const matters = (resource: string): boolean => (ceilings.get(resource) ?? -1) >= task.priority;
  return tasks
    .filter(({ priority }) => priority < task.priority)
    .flatMap(({ name, body }) => spansOf(body, matters).map((span) => ({ task: name, ...span })))
    .filter(({ time }) => time > 0);
}

const bounded = (by: readonly Blocker[]): Blocking => ({ kind: "bounded", time: sum(by), by });

const sum = (by: readonly Blocker[]): Duration =>
  micros(by.reduce((total, { time }) => total + time, 0));

const smaller = (one: readonly Blocker[], other: readonly Blocker[]): readonly Blocker[] =>
  sum(other) < sum(one) ? other : one;

const byLength = (one: Blocker, other: Blocker): number => other.time - one.time;

/** The longest span of each task, or from the lock of each resource. */
function longestOf(spans: readonly Blocker[], key: "task" | "resource"): readonly Blocker[] {
  const longest = new Map<string, Blocker>();
  for (const span of spans) {
    const known = longest.get(span[key]);
    if (known === undefined || span.time > known.time) longest.set(span[key], span);
  }
  return [...longest.values()];
}

function inversion(task: Task, tasks: readonly Task[], spans: readonly Blocker[]): Blocking {
  const by = longestOf(spans, "task");
  const holders = tasks.filter(({ name }) => by.some((blocker) => blocker.task === name));
  const lowest = Math.min(...holders.map(({ priority }) => priority));
  const between = tasks.filter(
    ({ priority, name }) => priority >= lowest && priority < task.priority && !isOnly(by, name),
  );
  return { kind: "unbounded", by, prolongedBy: between.map(({ name }) => name) };
}

/** A task does not prolong its own section. */
const isOnly = (by: readonly Blocker[], name: string): boolean =>
  by.length === 1 && by[0]?.task === name;
