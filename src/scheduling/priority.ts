/**
 * Priorities of tasks, as SCHED_FIFO numbers them: larger is more urgent, 1 to 99 are real-time, 0
 * is whatever time is left. One numbering for the executive and the kernel means that a task's
 * effective priority can be exported to its thread as it stands.
 */
import { assert } from "../kernel/assert.js";

declare const brand: unique symbol;

/** A whole number from 0 to 99. */
export type Priority = number & { readonly [brand]: "priority" };

export const priorityMax = 99;

/** Names a priority in our own code; one from outside goes through `parsePriority`. */
export function priority(level: number): Priority {
  assert(isPriority(level), `not a priority: ${level}`);
  return level as Priority;
}

/** Reads a priority from outside; `null` for anything but a whole number from 0 to 99. */
export const parsePriority = (level: unknown): Priority | null =>
  typeof level === "number" && isPriority(level) ? (level as Priority) : null;

const isPriority = (level: number): boolean =>
  Number.isInteger(level) && level >= 0 && level <= priorityMax;
