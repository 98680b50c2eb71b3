/**
 * How far a set is from missing a deadline, or from meeting all: by how much one task may run
 * longer, and by what factor all may. Found by bisection over the analysis, which is monotonic:
 * more computation never makes a response shorter.
 */
import { type Duration, micros } from "../../kernel/time.js";
import { analyse, interferersOf, loadOf } from "./analyse.js";
import { blockingOf } from "./blocking.js";
import { orderCycle } from "./lock-order.js";
import { type Load, responseTime } from "./response-time.js";
import { chargeSwitches, costOf, type Step, type Task, type TaskSet } from "./task-set.js";

/** A task with what does not change while the costs do. */
interface Level {
  /** In the set. */
  readonly index: number;
  readonly deadline: number;
  /** Null where it is not bounded: then no cost is small enough. */
  readonly blocking: number | null;
  /** Places in the set. */
  readonly interferers: readonly number[];
}

/**
 * By how much the task may run longer, outside its locks, with every deadline still met, in
 * microseconds. Negative: it must run so much shorter for all to be met. Null: no change of its
 * computation outside locks is enough.
 */
export type Margin = number | null;

/** The margin of each task, in the order of the set. */
export function marginsOf(set: TaskSet): readonly Margin[] {
  const charged = chargeSwitches(set);
  const { tasks } = charged;
  if (charged.protocol !== "ceiling" && orderCycle(tasks) !== null) return tasks.map(() => null);
  const levels = levelsOf(charged);
  const loads = tasks.map(loadOf);
  return tasks.map((task, index) => {
    const meets = (extra: number): boolean => allMeet(levels, withCost(loads, index, extra));
    // At least a microsecond is left, for a task that never runs is none.
    const least = Math.max(-outsideLocks(task), 1 - costOf(task.body));
    const most = Math.min(task.deadline - task.jitter, task.period) - costOf(task.body);
    return most < least ? null : largest(least, most, meets);
  });
}

function levelsOf({ tasks, protocol }: TaskSet): readonly Level[] {
  const places = new Map(tasks.map(({ name }, place) => [name, place]));
  return tasks.map((task, index) => {
    const blocking = blockingOf(task, tasks, protocol);
    return {
      index,
      deadline: task.deadline,
      blocking: blocking.kind === "bounded" ? blocking.time : null,
      interferers: interferersOf(task, tasks).map(({ name }) => places.get(name) ?? 0),
    };
  });
}

const withCost = (loads: readonly Load[], changed: number, extra: number): readonly Load[] =>
  loads.map((load, index) => (index === changed ? { ...load, cost: load.cost + extra } : load));

function allMeet(levels: readonly Level[], loads: readonly Load[]): boolean {
  return levels.every(({ index, deadline, blocking, interferers }) => {
    const own = loads[index];
    if (own === undefined || blocking === null) return false;
    const others = interferers.flatMap((place) => loads[place] ?? []);
    const answer = responseTime({ ...own, blocking, interferers: others, enough: deadline });
    return answer.kind === "bounded" && answer.time <= deadline;
  });
}

function outsideLocks({ body }: Task): number {
  let held = 0;
  let time = 0;
  for (const step of body) {
    if (step.kind === "run") time += held === 0 ? step.time : 0;
    else held += step.kind === "lock" ? 1 : -1;
  }
  return time;
}

/** The largest whole number of a range for which `holds`; null where it does for none. */
function largest(least: number, most: number, holds: (value: number) => boolean): number | null {
  if (!holds(least)) return null;
  let [good, bad] = [least, most + 1];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (holds(middle)) good = middle;
    else bad = middle;
  }
  return good;
}

/** The largest factor that is looked for: beyond it nobody asks. */
const scaleMax = 1_000;

/**
 * The largest factor, in thousandths, by which every computation, in locks and outside, may grow
 * with all deadlines met. Below 1: by so much all must shrink. Null where none is small enough.
 */
export function scaleOf(set: TaskSet): number | null {
  const found = largest(1, scaleMax * 1_000, (mille) => {
    const tasks = set.tasks.map((task) => ({ ...task, body: scaled(task.body, mille) }));
    return analyse({ ...set, tasks }).schedulable;
  });
  return found === null ? null : found / 1_000;
}

const scaled = (body: readonly Step[], mille: number): readonly Step[] =>
  body.map((step) => (step.kind === "run" ? { ...step, time: grown(step.time, mille) } : step));

const grown = (time: Duration, mille: number): Duration =>
  micros(Math.ceil((time * mille) / 1_000));
