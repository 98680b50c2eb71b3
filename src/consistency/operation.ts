/**
 * A history: what several processes asked of an object that they share, when each asked, and when
 * and what it was told (Herlihy and Wing 1990). Nothing of how the object works is known here.
 */
import type { Value } from "./value.js";

/**
 * - `ok`: it was answered, with `output`.
 * - `fail`: it was answered that it was not done; what that tells is up to `FailureMeaning`.
 * - `unknown`: nobody knows. It may have happened at any time after its call, may yet, or never.
 */
export type OperationStatus = "ok" | "fail" | "unknown";

/**
 * - `removed`: an operation that failed did nothing, and its failure tells nothing.
 * - `observed`: it did nothing, and it failed because of what the object was at the time: a
 *   compare-and-set found another value, a lock was held. The model holds it against the state.
 */
export type FailureMeaning = "removed" | "observed";

export interface Operation {
  /** Asks one thing after the other. */
  readonly process: string;
  /** What is asked, one of the model's words. */
  readonly kind: string;
  /** Which register, key or lock of several; null where the model has but one. */
  readonly key: string | null;
  readonly input: Value;
  readonly output: Value;
  readonly status: OperationStatus;
  /** The place of the call among all calls and returns of the history. No place is used twice. */
  readonly call: number;
  /** The place of the return; null where the outcome is unknown. */
  readonly return: number | null;
  /** When it was called, in the history's own unit; for people only. */
  readonly calledAt: number;
  /** When it returned or was given up; null where it never was. */
  readonly returnedAt: number | null;
}

export interface History {
  /** By the place of the call. */
  readonly operations: readonly Operation[];
  readonly failure: FailureMeaning;
  /** What the object was at first; undefined: what the model begins with. */
  readonly init: Value | undefined;
}
