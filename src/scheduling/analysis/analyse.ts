/**
 * Will every deadline be met? For each task its worst response time, what it is made of, and a
 * verdict. Sufficient: what is said to meet its deadline does, whenever releases come and however
 * much shorter jobs are than their worst.
 */
import { type Duration, micros } from "../../kernel/time.js";
import { type Blocking, blockingOf } from "./blocking.js";
import { type OrderLink, orderCycle } from "./lock-order.js";
import { jobsWithin, type Load, type ResponseAnswer, responseTime } from "./response-time.js";
import { chargeSwitches, costOf, resourcesOf, type Task, type TaskSet } from "./task-set.js";

export type Verdict =
  | "meets"
  /** The worst response is later than the deadline. */
  | "misses"
  /** It may wait for a lower task that others keep from running, for nobody knows how long. */
  | "inversion"
  /** It locks something, and tasks of the set may wait for one another for ever. */
  | "deadlock"
  /** It and those above ask more of the core than it has. */
  | "overload"
  /** Not found within the bounded effort: counts as not met. */
  | "no-end";

/** What one other task takes of the worst response. */
export interface Interference {
  readonly task: string;
  readonly jobs: number;
  readonly time: Duration;
}

export interface TaskAnalysis {
  readonly task: Task;
  /** With what switching costs. */
  readonly cost: Duration;
  readonly blocking: Blocking;
  readonly verdict: Verdict;
  /** From arrival to end; null where nothing bounds it. */
  readonly response: Duration | null;
  /** The job of the busy period that is the worst, from 0, and of how many. */
  readonly worstJob: number;
  readonly jobs: number;
  /** In the worst response, most urgent first; empty where nothing bounds it. */
  readonly interference: readonly Interference[];
}

export interface SetAnalysis {
  readonly set: TaskSet;
  /** In the order of the set. */
  readonly tasks: readonly TaskAnalysis[];
  /** Orders of locks that can end in a deadlock; null where none can. */
  readonly cycle: readonly OrderLink[] | null;
  readonly schedulable: boolean;
}

export function analyse(set: TaskSet): SetAnalysis {
  const { tasks, protocol } = chargeSwitches(set);
  const cycle = protocol === "ceiling" ? null : orderCycle(tasks);
  const answers = set.tasks.map((task, index): TaskAnalysis => {
    const charged = tasks[index] ?? task;
    const blocking = blockingOf(charged, tasks, protocol);
    const stuck = cycle !== null && resourcesOf(task.body).length > 0;
    return judge(task, charged, { tasks, blocking, stuck });
  });
  const schedulable = answers.every(({ verdict }) => verdict === "meets");
  return { set, tasks: answers, cycle, schedulable };
}

interface Setting {
  readonly tasks: readonly Task[];
  readonly blocking: Blocking;
  readonly stuck: boolean;
}

function judge(task: Task, charged: Task, { tasks, blocking, stuck }: Setting): TaskAnalysis {
  const cost = costOf(charged.body);
  const nothing = { response: null, worstJob: 0, jobs: 0, interference: [] };
  const unknown = (verdict: Verdict) => ({ task, cost, blocking, verdict, ...nothing });
  if (stuck) return unknown("deadlock");
  if (blocking.kind === "unbounded") return unknown("inversion");
  const rivals = interferersOf(charged, tasks);
  const answer = responseTime({
    ...loadOf(charged),
    blocking: blocking.time,
    interferers: rivals.map(loadOf),
  });
  if (answer.kind !== "bounded") return unknown(answer.kind === "overload" ? "overload" : "no-end");
  return {
    task,
    cost,
    blocking,
    verdict: answer.time <= task.deadline ? "meets" : "misses",
    response: micros(answer.time),
    worstJob: answer.job,
    jobs: answer.jobs,
    interference: interferenceIn(answer, rivals),
  };
}

export const loadOf = ({ body, period, jitter }: Task): Load => ({
  cost: costOf(body),
  period,
  jitter,
});

/** Equal tasks take turns in the order of release, so each may be ahead of the other. */
export const interferersOf = (task: Task, tasks: readonly Task[]): readonly Task[] =>
  tasks.filter(({ name, priority }) => name !== task.name && priority >= task.priority);

function interferenceIn(
  { window }: Extract<ResponseAnswer, { readonly kind: "bounded" }>,
  rivals: readonly Task[],
): readonly Interference[] {
  return [...rivals]
    .sort((one, other) => other.priority - one.priority)
    .map((rival) => {
      const jobs = jobsWithin(window, loadOf(rival));
      return { task: rival.name, jobs, time: micros(jobs * costOf(rival.body)) };
    });
}
