/** What is known of a set after it was analysed and played, as commands tell it. */
import { type Duration, micros } from "../../kernel/time.js";
import { analyse, type SetAnalysis, type TaskAnalysis } from "../../scheduling/analysis/analyse.js";
import { type UtilisationBounds, utilisationBounds } from "../../scheduling/analysis/bounds.js";
import { type Margin, marginsOf, scaleOf } from "../../scheduling/analysis/sensitivity.js";
import { chargeSwitches, type TaskSet } from "../../scheduling/analysis/task-set.js";
import { simulate } from "../../scheduling/schedule/simulator.js";
import type { JobRecord, Schedule } from "../../scheduling/schedule/trace.js";

export interface TaskFinding extends TaskAnalysis {
  readonly margin: Margin;
  /** The job that took longest when it was played; null where none was. */
  readonly worst: JobRecord | null;
  /** How many deadlines it missed when it was played. */
  readonly misses: number;
}

export interface Findings {
  readonly set: TaskSet;
  readonly analysis: SetAnalysis;
  readonly bounds: UtilisationBounds;
  readonly scale: number | null;
  readonly horizon: Duration;
  readonly schedule: Schedule;
  /** Most urgent first. */
  readonly tasks: readonly TaskFinding[];
  /** By the analysis and as it was played. */
  readonly ok: boolean;
}

export function findingsOf(set: TaskSet, horizon: Duration): Findings {
  const analysis = analyse(set);
  const schedule = simulate(set, { horizon });
  const margins = marginsOf(set);
  const tasks = analysis.tasks
    .map((task, place): TaskFinding => {
      const jobs = schedule.jobs.filter((job) => job.task === task.task.name);
      const [worst = null] = [...jobs].sort((one, other) => other.response - one.response);
      const misses = jobs.filter(({ missed }) => missed).length;
      return { ...task, margin: margins[place] ?? null, worst, misses };
    })
    .sort((one, other) => other.task.priority - one.task.priority);
  const played = schedule.deadlock === null && tasks.every(({ misses }) => misses === 0);
  return {
    set,
    analysis,
    bounds: utilisationBounds(chargeSwitches(set)),
    scale: scaleOf(set),
    horizon,
    schedule,
    tasks,
    ok: analysis.schedulable && played,
  };
}

/** In the unit that makes it short, with at most three digits behind the point. */
export function timeText(time: number): string {
  const size = Math.abs(time);
  if (size < 1_000) return time === 0 ? "0" : `${time}us`;
  if (size < 1_000_000) return `${digits(time / 1_000)}ms`;
  return `${digits(time / 1_000_000)}s`;
}

const digits = (value: number): string => String(Number(value.toFixed(3)));

export const playedFor = ({ schedule }: Findings): string => timeText(micros(schedule.end));
