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
  | "crash"
  /** The system refused what the start needs, such as a device: there was nothing to supervise. */
  | "refused";

export const evidenceCauses: readonly EvidenceCause[] = ["supervision", "hang", "crash", "refused"];

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

/** What the process was busy with. Several are within one another: the last is the innermost. */
export interface RunningEvidence {
  /**
   * `input`: the machine was fed with it. `output`: it was being carried out. `entity`, `task`:
   * code of that supervised entity, or task, ran.
   */
  readonly kind: RunningKind;
  readonly what: string;
  /** Since when the outermost of them ran. */
  readonly since: Instant;
}

export const runningKinds = ["input", "output", "entity", "task"] as const;
export type RunningKind = (typeof runningKinds)[number];

export interface EvidenceRecord {
  readonly cause: EvidenceCause;
  readonly node: string;
  readonly bootId: number;
  readonly at: Instant;
  /** ISO 8601; null where the writer had none. */
  readonly wallClock: string | null;
  /** What threw, with its stack; null where nothing did. */
  readonly error: string | null;
  /** Empty where the loop waited for something to do. */
  readonly running: readonly RunningEvidence[];
  /** The file of the flight recording; null where there was none. */
  readonly recording: string | null;
  readonly entities: readonly EntityEvidence[];
  readonly tasks: readonly TaskEvidence[];
  /** The last steps of the machine as lines, oldest first; at most `entriesMax`. */
  readonly entries: readonly string[];
}

export const entriesMax = 64;

/** Entities, tasks, locks of a task, and frames of what runs: so many of each are kept. */
export const namedMax = 64;
