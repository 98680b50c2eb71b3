/**
 * Who contends for which resource, and what may be asked and answered. These are the words that the
 * executive, the schedule simulator and the tests share; the rules are in `contention.ts`.
 *
 * Tasks and resources are named by strings that are unique within one `Contention`.
 */
import type { Priority } from "../priority.js";

/**
 * What a resource does to the priority of the task that holds it.
 * `none`: nothing, so inversion is unbounded. `inheritance`: the holder runs at least as urgently
 * as its most urgent waiter, along whole chains. `ceiling`: the holder runs at least at the ceiling
 * from the moment it has it (immediate ceiling, POSIX PRIO_PROTECT).
 */
export type ResourceProtocol =
  | { readonly kind: "none" }
  | { readonly kind: "inheritance" }
  | { readonly kind: "ceiling"; readonly ceiling: Priority };

export interface ResourceSettings {
  readonly name: string;
  readonly protocol: ResourceProtocol;
  /** May its holder lock it again? It is free when it was unlocked as often. */
  readonly recursive?: boolean;
}

/** A holder in a circle of waits, and what it waits for. */
export interface CycleLink {
  readonly task: string;
  readonly resource: string;
}

export type LockRefusal =
  /** Granting the wait would close a circle; nothing has changed. Begins with the asking task. */
  | { readonly reason: "deadlock"; readonly cycle: readonly CycleLink[] }
  /** The task holds it already, and it is not recursive: a circle of one. */
  | { readonly reason: "already-held" }
  /** Its base priority is above the ceiling: whoever chose the ceiling was wrong. */
  | { readonly reason: "above-ceiling"; readonly ceiling: Priority }
  | { readonly reason: "too-many-held"; readonly max: number }
  | { readonly reason: "too-many-waiters"; readonly max: number };

export type LockResult =
  /** `ownerDied`: the holder before ended while it held it, so what it guards may be half-done. */
  | { readonly kind: "taken"; readonly ownerDied: boolean }
  /**
   * The task is in the queue of waiters. A `claim` follows when it was woken. `holder` is null
   * while the one before it was woken and has not claimed.
   */
  | { readonly kind: "waits"; readonly holder: string | null }
  | ({ readonly kind: "refused" } & LockRefusal);

/** As of `lock`, but who may not have it at once is not queued: nothing has changed. */
export type TryLockResult =
  | Exclude<LockResult, { readonly kind: "waits" }>
  /** `holder` is null while a woken waiter has not claimed it yet. */
  | { readonly kind: "busy"; readonly holder: string | null };

export type UnlockResult =
  /** `woken`: the waiter that may `claim` it now; null where nobody waits or it is still held. */
  | { readonly kind: "unlocked"; readonly woken: string | null }
  | { readonly kind: "refused"; readonly reason: "not-held" | "held-by-another" };

/** A waiter that may `claim` now what it waits for. */
export interface Wakening {
  readonly task: string;
  readonly resource: string;
}

/** Whether a task or resource was taken in; if not, nothing has changed. */
export type AddResult =
  | { readonly kind: "added" }
  | { readonly kind: "refused"; readonly reason: "name-taken" }
  | { readonly kind: "refused"; readonly reason: "too-many"; readonly max: number };

/** How many of each there may be; each at least 1. What happens there is said with each. */
export interface ContentionLimits {
  /** One more task is refused, "too-many". It bounds the length of a chain as well. */
  readonly tasksMax: number;
  /** One more resource is refused, "too-many". */
  readonly resourcesMax: number;
  /** Different resources that one task holds; one more is refused, "too-many-held". */
  readonly resourcesHeldMax: number;
  /** How often a holder locks one recursive resource; once more is refused, "too-many-held". */
  readonly recursionMax: number;
  /** Tasks in the queue of one resource; one more is refused, "too-many-waiters". */
  readonly waitersMax: number;
}

/** A task whose effective priority is another than when it was last told. */
export interface PriorityChange {
  readonly task: string;
  readonly from: Priority;
  readonly to: Priority;
}

/** What evidence and displays show of a task. */
export interface Involvement {
  readonly task: string;
  readonly base: Priority;
  readonly effective: Priority;
  /** In the order in which they were taken. */
  readonly holds: readonly string[];
  readonly waitsFor: string | null;
}
