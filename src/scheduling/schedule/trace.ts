/**
 * What a played schedule leaves behind: stretches of time for pictures, and a record of each job.
 */
import type { Duration, Instant } from "../../kernel/time.js";

/** What a job that has been released does. */
export type JobState =
  /** `holds`: does it hold any lock? */
  | { readonly kind: "runs"; readonly holds: boolean }
  /** Another runs: one that is as urgent or more, by itself or because it holds something. */
  | { readonly kind: "preempted"; readonly by: string }
  /** `by` runs; `holder` has the lock, or has just given it back where it is null. */
  | {
      readonly kind: "blocked";
      readonly by: string;
      readonly resource: string;
      readonly holder: string | null;
    };

export interface Stretch {
  readonly task: string;
  readonly job: number;
  readonly from: Instant;
  readonly to: Instant;
  readonly state: JobState;
}

/** In which sense the one that ran was in a job's way. */
export type WaitKind =
  /** It has the same priority or a higher one: that is what priorities are for. */
  | "preempted"
  /** It has a lower one, and holds something that the job, or one above it, waits for. */
  | "blocked"
  /** It has a lower one, and holds nothing that the job waits for: priority inversion. */
  | "inverted";

/** How long a job stood still while `by` ran. */
export interface Wait {
  readonly by: string;
  readonly kind: WaitKind;
  readonly time: Duration;
}

export interface JobRecord {
  readonly task: string;
  readonly job: number;
  readonly arrival: Instant;
  readonly release: Instant;
  /** Null when it was not finished at the end. */
  readonly finished: Instant | null;
  /** From the arrival to its end, or so far. */
  readonly response: Duration;
  /** The end of the schedule may come before a deadline: then it was not missed. */
  readonly missed: boolean;
  /** How often it was running and another took the core. */
  readonly preemptions: number;
  readonly waits: readonly Wait[];
}

/** Tasks that wait for one another for ever. */
export interface Deadlock {
  readonly at: Instant;
  /** Each waits for what the next one holds. */
  readonly cycle: readonly { readonly task: string; readonly resource: string }[];
}

export interface Schedule {
  /** When it was stopped: the horizon, or a deadlock, or the most jobs that are kept. */
  readonly end: Instant;
  /** Did it stop because there was more of it than is kept? */
  readonly truncated: boolean;
  /** By time, then in the order of the set. */
  readonly stretches: readonly Stretch[];
  /** In the order in which they were finished; what was not finished last. */
  readonly jobs: readonly JobRecord[];
  readonly deadlock: Deadlock | null;
  /** How often the core went from one job to another. */
  readonly switches: number;
}
