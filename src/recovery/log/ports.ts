/**
 * The port of a stable log: what a replicated state machine needs to keep, and what it is told of
 * it. A log is a sequence of entries by index, from 1 without gaps; beside it stand one small
 * `meta` record, of which the latest counts (a term and a vote, say), and one snapshot, which
 * stands for all entries up to its index.
 *
 * Nothing is `saved` before it is durable. What is on the disk and makes no sense is repaired where
 * nothing acknowledged can be lost by that (a torn or zeroed tail), and refused where it can.
 */
import type { DiskDone, DiskFailure, DiskRequest } from "../disk.js";

export interface LogEntry {
  /** From 1. */
  readonly index: number;
  readonly term: number;
  /** What the bytes are is the owner's affair; 0 to 255. */
  readonly kind: number;
  readonly data: Uint8Array;
}

export interface Snapshot {
  /** The last entry that it stands for, and that entry's term. */
  readonly index: number;
  readonly term: number;
  /** Of its owner, small: the members of the group as of `index`. */
  readonly head: Uint8Array;
  readonly data: Uint8Array;
}

/** The longest data of an entry, and the longest snapshot, in bytes. */
export const entryBytesMax = 64 * 1_024;
export const snapshotBytesMax = 64 * 1_024 * 1_024;

export type LogInput =
  | DiskDone
  /**
   * Append these, and replace `meta` where it is not null. The first entry's index is at most one
   * past the last; entries from there on that stood in the log before are gone. Of `ticket`s, each
   * is greater than the one before.
   */
  | {
      readonly kind: "save";
      readonly ticket: number;
      readonly meta: Uint8Array | null;
      readonly entries: readonly LogEntry[];
    }
  /**
   * Keep this snapshot of our own state beside the log, which stays as it is. One is written at a
   * time; of those that wait the newest supersedes the others.
   */
  | { readonly kind: "save-snapshot"; readonly ticket: number; readonly snapshot: Snapshot }
  /**
   * Somebody else's snapshot takes the place of the log: entries up to its index are gone, and so
   * are those after it where the entry at its index had another term, or none was there.
   */
  | {
      readonly kind: "install-snapshot";
      readonly ticket: number;
      readonly meta: Uint8Array | null;
      readonly snapshot: Snapshot;
    }
  /**
   * Entries up to `index` are not needed any more; the snapshot covers them. They go as soon as a
   * durable one does, and in whole segments.
   */
  | { readonly kind: "compact"; readonly index: number };

/** What was found and mended at the start: a person should hear of it. */
export interface LogRepair {
  readonly what: "torn-tail" | "zeroed-tail" | "unfinished-file" | "old-segment" | "empty-file";
  readonly file: string;
  /** Bytes that were cut off. */
  readonly bytes: number;
}

export interface RecoveredLog {
  readonly meta: Uint8Array | null;
  readonly snapshot: Snapshot | null;
  /** In order, from the first that is kept; the first is at most one past the snapshot's index. */
  readonly entries: readonly LogEntry[];
  readonly repairs: readonly LogRepair[];
}

/**
 * The disk as the log finds it. `stalled`: an operation has not come back for too long. `full` and
 * `read-only` may end; `failed` latches: nothing is saved any more until the next start.
 */
export type DiskHealth = "ok" | "stalled" | "full" | "read-only" | "failed";

/** Since the start. */
export interface DiskCounts {
  readonly bytesWritten: number;
  readonly syncs: number;
  readonly writes: number;
  readonly saves: number;
}

export type LogOutput =
  | DiskRequest
  /** The first that is told, once. Until then nothing must be given to it. */
  | { readonly kind: "recovered"; readonly log: RecoveredLog }
  /**
   * What is there cannot be used, and mending it could lose what was acknowledged: the owner has to
   * be replaced as if its board had died. Nothing on the disk was changed.
   */
  | {
      readonly kind: "refused";
      readonly reason: "corrupt" | "unknown-version" | "unreadable";
      readonly file: string;
      /** The entries that are lost, as far as it can be told: from this index on, to that one. */
      readonly lostFrom: number | null;
      readonly lostTo: number | null;
      readonly detail: string;
    }
  /** Every `save` and `install-snapshot` with a ticket up to this one is durable. */
  | { readonly kind: "saved"; readonly ticket: number }
  /**
   * The `save-snapshot` of this ticket is durable. It is told by itself: it takes seconds, and
   * saves with later tickets do not wait for it.
   */
  | { readonly kind: "snapshot-saved"; readonly ticket: number }
  /**
   * It was not done and will not be; what was there before is there. (Where the reason is neither
   * `full`, `read-only` nor one of the last two, the disk is in doubt: it may be there at the next
   * start.) A later save that would leave
   * a gap behind this one is refused for the same reason.
   */
  | {
      readonly kind: "not-saved";
      readonly ticket: number;
      /** `too-much-waiting`: more bytes wait for the disk than may. */
      readonly reason: DiskFailure | "closed" | "too-much-waiting" | "superseded";
    }
  | { readonly kind: "health"; readonly health: DiskHealth }
  /** The budget of writes is spent, or is not any more; an alarm and no brake. */
  | { readonly kind: "budget"; readonly over: boolean; readonly bytesPerHour: number };
