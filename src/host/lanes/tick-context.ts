/** What the module of a lane exports, and what its tick is given. */
import type { KernelPriority } from "./kernel-priority.js";
import type { LaneLock } from "./lane-lock.js";

/** The same object in every tick. */
export interface TickContext {
  /** How many periods since the lane began; those that were skipped count. */
  readonly tick: number;
  /** When it was due, in microseconds of CLOCK_MONOTONIC. */
  readonly planned: number;
  /** When the thread woke for it. */
  readonly woken: number;
  readonly buffers: Readonly<Record<string, SharedArrayBuffer>>;
  readonly locks: Readonly<Record<string, LaneLock>>;
  /** What `LaneOptions.data` said, as it is passed between threads. */
  readonly data: unknown;
  /** The lane's own priority, for a tick in which tasks of several priorities run. */
  readonly priority: KernelPriority;
}

/**
 * A tick must return: a promise is refused, for nothing runs in the thread between ticks. What it
 * allocates is collected in some later tick.
 */
export interface LaneModule {
  readonly tick: (context: TickContext) => void;
}
