/**
 * Priorities for tasks that have none. Rate-monotonic is the best order where deadlines are the
 * periods (Liu and Layland 1973), deadline-monotonic where they are shorter (Leung and Whitehead
 * 1982; less the jitter: Zuhily and Burns 2007), and Audsley's search (1991) always: where any
 * order meets all deadlines by the analysis, it finds one.
 */
import { assert, unreachable } from "../../kernel/assert.js";
import { type Priority, priority } from "../priority.js";
import { interferersOf, loadOf } from "./analyse.js";
import { blockingOf } from "./blocking.js";
import { responseTime } from "./response-time.js";
import { chargeSwitches, type Task, type TaskSet } from "./task-set.js";

export const orderNames = ["rate-monotonic", "deadline-monotonic", "optimal"] as const;
export type OrderName = (typeof orderNames)[number];

/**
 * The set with priorities from its size down to 1, whatever they were; of equals the first listed
 * is the more urgent. Null where no order meets all deadlines, which only `optimal` finds out.
 */
export function prioritise(set: TaskSet, order: OrderName): TaskSet | null {
  switch (order) {
    case "rate-monotonic":
      return ranked(set, (task) => task.period);
    case "deadline-monotonic":
      return ranked(set, urgency);
    case "optimal":
      return audsley(set);
    default:
      return unreachable(order);
  }
}

const urgency = ({ deadline, jitter }: Task): number => deadline - jitter;

function ranked(set: TaskSet, key: (task: Task) => number): TaskSet {
  const places = set.tasks.map((_, place) => place);
  const keyAt = (place: number): number => {
    const task = set.tasks[place];
    return task === undefined ? 0 : key(task);
  };
  places.sort((one, other) => keyAt(one) - keyAt(other) || one - other);
  const levels = new Map(places.map((place, rank) => [place, priority(places.length - rank)]));
  return withPriorities(set, (place) => levels.get(place) ?? priority(1));
}

const withPriorities = (set: TaskSet, levelOf: (place: number) => Priority): TaskSet => ({
  ...set,
  tasks: set.tasks.map((task, place) => ({ ...task, priority: levelOf(place) })),
});

/**
 * From the lowest level up: any task that meets its deadline below all that have no level yet may
 * have it, for its response does not depend on the order of those above, nor on that of those
 * below. The analysis of blocking keeps to that: a ceiling is compared with the level, and no more.
 */
function audsley(set: TaskSet): TaskSet | null {
  const levels = new Map<number, Priority>();
  const top = priority(set.tasks.length);
  const latestFirst = ranked(set, urgency).tasks.map((task, place) => ({ task, place }));
  latestFirst.sort((one, other) => one.task.priority - other.task.priority);
  for (let level = 1; level <= set.tasks.length; level += 1) {
    const fitting = latestFirst.find(({ place }) => {
      if (levels.has(place)) return false;
      const trial = withPriorities(set, (other) =>
        other === place ? priority(level) : (levels.get(other) ?? top),
      );
      return meetsAt(trial, place);
    });
    if (fitting === undefined) return null;
    levels.set(fitting.place, priority(level));
  }
  return withPriorities(set, (place) => levels.get(place) ?? top);
}

function meetsAt(set: TaskSet, place: number): boolean {
  const { tasks, protocol } = chargeSwitches(set);
  const task = tasks[place];
  assert(task !== undefined, "no such place");
  const blocking = blockingOf(task, tasks, protocol);
  if (blocking.kind === "unbounded") return false;
  const interferers = interferersOf(task, tasks).map(loadOf);
  const question = { ...loadOf(task), blocking: blocking.time, interferers, enough: task.deadline };
  const answer = responseTime(question);
  return answer.kind === "bounded" && answer.time <= task.deadline;
}
