/**
 * How each task stands: what a display shows, and what is written down before a watchdog bites. The
 * fields of `TaskEvidence` (src/watchdog/evidence.ts) are among them under their own names.
 */
import { type Duration, type Instant, instant } from "../../kernel/time.js";
import type { Involvement } from "../contention/ports.js";
import type { Priority } from "../priority.js";
import type { TaskCounts, TaskRecord, TaskState } from "./task.js";

export interface TaskStanding {
  readonly task: string;
  readonly state: TaskState;
  readonly since: Instant;
  readonly base: Priority;
  readonly effective: Priority;
  /** Locks, in the order in which they were taken. */
  readonly holds: readonly string[];
  /** A lock, condition or semaphore. */
  readonly waitsFor: string | null;
  /** Why it is to end; null while it is not. */
  readonly cancelled: string | null;
  /** Null before its first. */
  readonly lastSlice: { readonly at: Instant; readonly took: Duration } | null;
  readonly longestSlice: Duration;
  /** Of the jobs that have ended; null before the first. */
  readonly worstResponse: Duration | null;
  readonly counts: Readonly<TaskCounts>;
}

export function standingOf(task: TaskRecord, { effective, holds }: Involvement): TaskStanding {
  const { name, state, since, base, waitsFor, cancelled, lastSliceAt, worstResponse } = task;
  const took = task.lastSliceTook as Duration;
  return {
    task: name,
    state,
    since,
    base,
    effective,
    holds,
    waitsFor,
    cancelled,
    lastSlice: lastSliceAt < 0 ? null : { at: instant(lastSliceAt), took },
    longestSlice: task.longestSlice as Duration,
    worstResponse,
    counts: { ...task.counts },
  };
}
