/**
 * The port of a disk: one folder of files, and what may be asked of it. A machine that keeps
 * something gives these operations out and is told how each one ended; a host carries them out on
 * real files, the simulator on a model that crashes, tears, lies, fills up and stalls.
 *
 * What a machine may count on, and what not (Pillai et al. 2014, "All file systems are not created
 * equal"):
 *
 * - Operations of one lane are carried out in the order in which they were given; those of
 *   different lanes in any order, also at the same time. A lane that waits holds up no other.
 * - What a write put into a file is there after a loss of power only if the write was `synced`, or
 *   a `sync` of that file that began after it ended well. Until then any part of it may be there,
 *   in units of sectors, and a part of a later write without the earlier.
 * - A file that was made, renamed or removed is so after a loss of power only if `sync-folder`
 *   ended well after it.
 * - A rename replaces its target in one step: after a loss of power one of both is there, whole.
 * - After a failed sync nobody knows what is on the disk, and a second sync that ends well proves
 *   nothing (Rebello et al. 2020, "Can applications recover from fsync failures?").
 */

/** Operations wait for one another only within a lane. */
export type DiskLane = "log" | "snapshot" | "canary";

/**
 * A name within the folder: `a-z`, digits, `-` and `.`, of which neither of the last two comes
 * first; at most `fileNameLengthMax` characters. Files of other names are not listed.
 */
export type FileName = string;

export const fileNameLengthMax = 64;

const fileNamePattern = /^[a-z0-9][a-z0-9.-]*$/;

export const isFileName = (name: string): boolean =>
  name.length <= fileNameLengthMax && fileNamePattern.test(name);

/** The longest read or write, in bytes. */
export const transferBytesMax = 4 * 1_024 * 1_024;

export type DiskOperation =
  /** The regular files of the folder, sorted by name. */
  | { readonly kind: "list" }
  /** Fewer bytes than `length` come where the file ends before. */
  | {
      readonly kind: "read";
      readonly file: FileName;
      readonly offset: number;
      readonly length: number;
    }
  /** A new file of `bytes` zeroes, in place of any of that name. Not synced. */
  | { readonly kind: "create"; readonly file: FileName; readonly bytes: number }
  /** Into a file that is there, at `offset`; the file grows where it must. */
  | {
      readonly kind: "write";
      readonly file: FileName;
      readonly offset: number;
      readonly bytes: Uint8Array;
      /** It ends well only once these bytes, and all before them in the file, are durable. */
      readonly synced: boolean;
    }
  /**
   * Data and length of the file are durable afterwards (fdatasync). On a read-only file system it
   * ends well where they are so already.
   */
  | { readonly kind: "sync"; readonly file: FileName }
  | { readonly kind: "truncate"; readonly file: FileName; readonly bytes: number }
  | { readonly kind: "rename"; readonly from: FileName; readonly to: FileName }
  /** A file that is not there is removed already. */
  | { readonly kind: "remove"; readonly file: FileName }
  | { readonly kind: "sync-folder" };

export interface FileFact {
  readonly file: FileName;
  readonly bytes: number;
}

/**
 * Why an operation was not done: no space (ENOSPC, EDQUOT), a read-only file system (EROFS),
 * no such file, no permission, and everything else that the medium or the kernel says (EIO).
 */
export type DiskFailure = "full" | "read-only" | "absent" | "not-permitted" | "io";

export type DiskResult =
  /** `bytes` of a `read`, `files` of a `list`. */
  | { readonly ok: true; readonly bytes?: Uint8Array; readonly files?: readonly FileFact[] }
  | { readonly ok: false; readonly reason: DiskFailure };

/** What a machine gives out. `id` is its own, from 1, and names the operation in the answer. */
export interface DiskRequest {
  readonly kind: "disk";
  readonly id: number;
  readonly lane: DiskLane;
  readonly operation: DiskOperation;
}

/** What it gets back, once for every request, in the order of each lane. */
export interface DiskDone {
  readonly kind: "disk-done";
  readonly id: number;
  readonly result: DiskResult;
}
