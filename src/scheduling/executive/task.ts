/**
 * A task as its user describes it, and as the executive keeps it. The record is one object with all
 * fields from the start, so that switching between tasks touches no table and allocates nothing.
 */
import type { Duration, Instant } from "../../kernel/time.js";
import type { Priority } from "../priority.js";
import { type ReleasePattern, Releases } from "./releases.js";
import { done } from "./replies.js";
import type { Reply, Request } from "./requests.js";
import { Timer } from "./timer-queue.js";

/** What a generator is to the executive; a host may bring something else that answers alike. */
export interface Steppable {
  next(reply: Reply): IteratorResult<Request, unknown>;
  throw(error: unknown): IteratorResult<Request, unknown>;
  /** Runs the `finally` blocks; they may yield. */
  return(value: undefined): IteratorResult<Request, unknown>;
}

/** What a task sees of itself. */
export interface TaskSelf {
  readonly name: string;
  /** The clock, read anew. */
  now(): Instant;
  /** When the job that runs was released: not when it began. */
  readonly release: Instant;
  readonly effective: Priority;
  /** Why it is to end; null while it is not. */
  readonly cancelled: string | null;
}

/** Called once when the task is added; a generator runs nothing of its code until its release. */
export type TaskBody = (task: TaskSelf) => Steppable;

/** How a task ended. */
export type Ending =
  | { readonly kind: "returned" }
  | { readonly kind: "failed"; readonly error: unknown }
  | { readonly kind: "cancelled"; readonly reason: string }
  | { readonly kind: "abandoned"; readonly reason: string };

/** How the code of a task outside has ended. */
export type Leaving =
  | { readonly kind: "returned" }
  | { readonly kind: "failed"; readonly error: unknown }
  /** It threw because it was cancelled. */
  | { readonly kind: "cancelled" };

export interface TaskSettings {
  /** Unique among the tasks that have not ended; at most `nameLengthMax` characters. */
  readonly name: string;
  readonly base: Priority;
  readonly body: TaskBody;
  /** Once and at once, if it is not said otherwise. */
  readonly releases?: ReleasePattern;
  /** How long after its release a job may take. A job that takes exactly as long is in time. */
  readonly deadline?: Duration;
  /** How long a job may run, waits not counted. */
  readonly budget?: Duration;
  /** How long it may run from one yield to the next; of the executive, if it is not said. */
  readonly sliceMax?: Duration;
  /** Called once, when it is to end and before it knows: for what it waits for outside. */
  readonly onCancel?: (reason: string) => void;
  /** Called once, when it has ended and holds nothing any more. */
  readonly onEnd?: (ending: Ending) => void;
}

export type TaskState =
  | "ready"
  | "running"
  | "sleeping"
  | "awaits-release"
  | "waits-for-lock"
  | "waits-for-condition"
  | "waits-for-semaphore"
  /** Its code goes on elsewhere: an async function that waits for something that is not ours. */
  | "outside"
  | "ended";

/** What a task was given and has not been told yet. Whoever cancels it must take that back. */
export type Grant = "none" | "lock" | "unit" | "signal";

/** What has happened to a task since it was added. */
export interface TaskCounts {
  slices: number;
  /** Jobs that have ended. */
  jobs: number;
  deadlinesMissed: number;
  releasesSkipped: number;
  sliceOverruns: number;
  budgetOverruns: number;
}

export class TaskRecord implements TaskSelf {
  readonly name: string;
  readonly settings: TaskSettings;
  readonly sliceMax: Duration | null;
  readonly releases: Releases;
  readonly steps: Steppable;
  readonly #clock: () => Instant;

  base: Priority;
  effective: Priority;
  state: TaskState = "awaits-release";
  /** Since when it is in this state. */
  since: Instant;

  level = -1;
  next: TaskRecord | null = null;
  previous: TaskRecord | null = null;

  /** What it is told when it runs next. */
  reply: Reply = done;
  /** What is thrown at it when it runs next, instead of a reply. */
  misuse: Error | null = null;
  grant: Grant = "none";
  grantOf = "";

  /** A lock, condition or semaphore. */
  waitsFor: string | null = null;
  /** When its wait is over without success; null where it has no such end. */
  waitEnds: Instant | null = null;
  /** It was woken for `waitsFor` and has to claim it before it runs. */
  claims = false;
  /** It waits for the lock of a condition, after this. */
  regains: "signalled" | "timed-out" | "cancelled" | null = null;
  /** The order among equals that wait for a condition or semaphore. */
  arrival = 0;

  /** Why it is to end; null while it is not. */
  cancelled: string | null = null;
  /** Its `finally` blocks run, or have run. */
  ending = false;
  /** Requests since then. */
  endingRequests = 0;

  /** Of the job that runs or is to run next. */
  release: Instant;
  jobStarted = false;
  jobLate = false;
  jobUsed = 0;
  skippedUntold = 0;
  worstResponse: Duration | null = null;
  /** -1 before the first: a field that is always a number is written without allocating. */
  lastSliceAt = -1;
  lastSliceTook = 0;
  longestSlice = 0;
  readonly counts: TaskCounts = {
    slices: 0,
    jobs: 0,
    deadlinesMissed: 0,
    releasesSkipped: 0,
    sliceOverruns: 0,
    budgetOverruns: 0,
  };

  readonly wakeTimer = new Timer<TaskRecord>(this, "wake");
  readonly releaseTimer = new Timer<TaskRecord>(this, "release");
  readonly latenessTimer = new Timer<TaskRecord>(this, "lateness");

  constructor(now: Instant, settings: TaskSettings, setting: TaskSetting) {
    this.name = settings.name;
    this.settings = settings;
    this.base = settings.base;
    this.effective = settings.base;
    this.sliceMax = settings.sliceMax ?? setting.sliceMax;
    this.since = now;
    this.release = now;
    this.#clock = setting.clock;
    this.releases = new Releases(now, settings.releases ?? { kind: "once" });
    this.steps = settings.body(this);
  }

  now(): Instant {
    return this.#clock();
  }
}

/** What an executive gives all of its tasks. */
export interface TaskSetting {
  readonly clock: () => Instant;
  readonly sliceMax: Duration | null;
}
