/**
 * Runs the tasks of an executive in a lane at the kernel priority of whoever runs: before each
 * slice the thread is given the effective priority of the task that is next. So a task that has
 * inherited from a more urgent one in its thread is as urgent among all threads, and one that is of
 * no urgency does not keep other lanes from running.
 *
 * Between ticks the thread has a priority of its own, for it must be woken in time to find out what
 * is due. A slice is not preempted by a task of the same executive: what becomes due meanwhile
 * counts from the next slice on.
 */
import type { Instant } from "../../kernel/time.js";
import type { Priority } from "../../scheduling/priority.js";
import type { KernelPriority } from "./kernel-priority.js";

/** The part of an `Executive` that it takes. */
export interface SliceSource {
  advance(now: Instant): void;
  /** Effective, of the task whose slice is next; null where none is ready. */
  readonly urgency: Priority | null;
  runSlice(clock: () => Instant): boolean;
}

export interface ExportOptions {
  readonly kernel: KernelPriority;
  /** The thread's when no slice runs. */
  readonly rest: Priority;
  readonly clock: () => Instant;
  /** More slices wait for the next tick. */
  readonly slicesMax: number;
}

/** Returns how many slices ran. */
export function runExportedSlices(source: SliceSource, options: ExportOptions): number {
  const { kernel, rest, clock, slicesMax } = options;
  let slices = 0;
  source.advance(clock());
  while (slices < slicesMax) {
    const { urgency } = source;
    if (urgency === null) break;
    kernel.export(urgency);
    if (!source.runSlice(clock)) break;
    slices += 1;
  }
  kernel.export(rest);
  return slices;
}
