/**
 * What a task may ask of its executive, and what it is answered. A task is a generator: it yields a
 * request, and goes on with the answer when it is the most urgent task that is ready. Between two
 * yields nobody else runs.
 *
 * Requests are values without identity: one that is made once may be yielded as often as one likes.
 */
import type { Duration, Instant } from "../../kernel/time.js";
import type { LockRefusal } from "../contention/ports.js";
import type { Priority } from "../priority.js";

export type Request =
  /** Lets others of its level run, and those above it; goes to the tail of its level. */
  | { readonly kind: "pause" }
  | { readonly kind: "sleep"; readonly wait: Duration }
  /** One that has passed is as good as now. */
  | { readonly kind: "sleep-until"; readonly until: Instant }
  /**
   * Ends the job: the answer comes with the next release. Of a task that is released once: never.
   */
  | { readonly kind: "next-release" }
  /** `timeout` null waits as long as it takes. */
  | { readonly kind: "lock"; readonly lock: string; readonly timeout: Duration | null }
  | { readonly kind: "try-lock"; readonly lock: string }
  | { readonly kind: "unlock"; readonly lock: string }
  /** Gives the condition's lock, waits for a signal, and has the lock again, however it ends. */
  | { readonly kind: "wait"; readonly condition: string; readonly timeout: Duration | null }
  | { readonly kind: "signal"; readonly condition: string }
  | { readonly kind: "broadcast"; readonly condition: string }
  | { readonly kind: "acquire"; readonly semaphore: string; readonly timeout: Duration | null }
  | { readonly kind: "try-acquire"; readonly semaphore: string }
  | { readonly kind: "release"; readonly semaphore: string }
  /** The base priority of a task; `task` null is the one that asks. */
  | { readonly kind: "set-priority"; readonly task: string | null; readonly base: Priority }
  /** Releases a sporadic task, as far as its inter-arrival time allows. */
  | { readonly kind: "trigger"; readonly task: string }
  /** Its code goes on elsewhere, and comes back through `Executive.enter`: for hosts. */
  | { readonly kind: "outside" };

export type Refusal =
  | LockRefusal
  /** What is to be given is not its own. */
  | { readonly reason: "not-held" | "held-by-another" }
  /** The semaphore is at its maximum: somebody gives what nobody took. */
  | { readonly reason: "full"; readonly max: number }
  /**
   * It was triggered again before its inter-arrival time was over; `earliest` is when it may be.
   */
  | { readonly reason: "too-early"; readonly earliest: Instant }
  /** As many triggers are deferred as may be. */
  | { readonly reason: "too-many-triggers"; readonly max: number }
  /** The task is ending. It may give back what it has, and may wait for nothing more. */
  | { readonly reason: "cancelled" };

/** Where it says nothing else, a refusal has changed nothing. */
export type Refused = { readonly kind: "refused" } & Refusal;

export type Reply =
  | { readonly kind: "done" }
  /** `ownerDied`: who held it before ended with it, so what it guards may be half-done. */
  | { readonly kind: "taken"; readonly ownerDied: boolean }
  | { readonly kind: "acquired" }
  /** The lock of the condition is held again. Look at what was waited for: it may be gone again. */
  | { readonly kind: "signalled"; readonly ownerDied: boolean }
  /** Of `wait`: the lock is held again, as after a signal. */
  | { readonly kind: "timed-out"; readonly ownerDied: boolean }
  /** Of `try-lock` and `try-acquire`: not to be had at once. */
  | { readonly kind: "busy" }
  /** A new job begins. `skipped` releases were dropped since the task was told last. */
  | { readonly kind: "released"; readonly release: Instant; readonly skipped: number }
  | Refused;

/** A sequence of requests that ends with a value, for use with `yield*` within a task. */
export type Steps<Result> = Generator<Request, Result, Reply>;

/** Lets others of its level run. */
export const pause: Request = Object.freeze({ kind: "pause" });
export const nextRelease: Request = Object.freeze({ kind: "next-release" });
export const outside: Request = Object.freeze({ kind: "outside" });

export const sleep = (wait: Duration): Request => ({ kind: "sleep", wait });
export const sleepUntil = (until: Instant): Request => ({ kind: "sleep-until", until });

export const lock = (name: string, timeout: Duration | null = null): Request => ({
  kind: "lock",
  lock: name,
  timeout,
});
export const tryLock = (name: string): Request => ({ kind: "try-lock", lock: name });
export const unlock = (name: string): Request => ({ kind: "unlock", lock: name });

export const wait = (condition: string, timeout: Duration | null = null): Request => ({
  kind: "wait",
  condition,
  timeout,
});
export const signal = (condition: string): Request => ({ kind: "signal", condition });
export const broadcast = (condition: string): Request => ({ kind: "broadcast", condition });

export const acquire = (semaphore: string, timeout: Duration | null = null): Request => ({
  kind: "acquire",
  semaphore,
  timeout,
});
export const tryAcquire = (semaphore: string): Request => ({ kind: "try-acquire", semaphore });
export const release = (semaphore: string): Request => ({ kind: "release", semaphore });

export const setPriority = (base: Priority, task: string | null = null): Request => ({
  kind: "set-priority",
  task,
  base,
});
export const trigger = (task: string): Request => ({ kind: "trigger", task });
