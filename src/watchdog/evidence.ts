/**
 * What is written down before the dog bites: whose fault it was, as far as the process could still
 * see. Whoever finds the board restarted reads this first.
 */
import type { Instant } from "../kernel/time.js";

/** How the fault showed. */
export type EvidenceCause =
  /** A supervised entity failed: the process was alive and withheld the pets. */
  | "supervision"
  /** Nobody petted: the loop of the process hung. */
  | "hang"
  /** An assertion of ours failed, or something threw where nothing may. */
  | "crash";

/** One entity that was not well, or whose last sign is of interest. */
export interface EntityEvidence {
  readonly entity: string;
  readonly status: string;
  /** Which rule it broke, in words; null where it broke none. */
  readonly fault: string | null;
  readonly lastCheckpoint: Instant | null;
}

/** A task of an executive: what it held, and whom it kept waiting. */
export interface TaskEvidence {
  readonly task: string;
  readonly state: string;
  readonly base: number;
  readonly effective: number;
  readonly holds: readonly string[];
  readonly waitsFor: string | null;
}

export interface EvidenceRecord {
  readonly cause: EvidenceCause;
  readonly node: string;
  readonly bootId: number;
  readonly at: Instant;
  /** ISO 8601; null where the writer had none. */
  readonly wallClock: string | null;
  readonly entities: readonly EntityEvidence[];
  readonly tasks: readonly TaskEvidence[];
  /** The last entries of the flight recorder as lines, oldest first; at most `entriesMax`. */
  readonly entries: readonly string[];
}

export const entriesMax = 64;
