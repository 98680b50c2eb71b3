/**
 * What is left open by a set of tasks and must be chosen to play it: when jobs arrive, how late
 * they are released, and how long they really compute.
 */
import { type Duration, type Instant, instant } from "../../kernel/time.js";
import type { Task } from "../analysis/task-set.js";

export interface Release {
  readonly arrival: Instant;
  /** At most the task's jitter later. */
  readonly release: Instant;
}

export interface Course {
  /**
   * When job number `job` comes, counted from 0. At least a period after the arrival of the one
   * before it, and not released before that one was.
   */
  release(task: Task, job: number, before: Release | null): Release;
  /** How long a step that may take `time` takes: at most so long. */
  runTime(task: Task, job: number, time: Duration): Duration;
}

/**
 * As much at once as the set allows: the first jobs are late by their whole jitter, all others are
 * prompt, and every step takes its full time. Where the offsets are 0 all first jobs are released
 * at the same instant, the critical instant of Liu and Layland.
 */
export function worstCourse(tasks: readonly Task[]): Course {
  const latest = Math.max(0, ...tasks.map(({ jitter }) => jitter));
  return {
    release: ({ offset, period, jitter }, job) => {
      const arrival = offset + latest - jitter + job * period;
      const released = Math.max(arrival, offset + latest);
      return { arrival: instant(arrival), release: instant(released) };
    },
    runTime: (_task, _job, time) => time,
  };
}
