/** The names of the log's files. What has another name is not ours and is left alone. */
import type { FileFact, FileName } from "../disk.js";

const digits = 16;

/** Of segments and snapshots: every safe integer has at most so many digits. */
const numbered = (prefix: string, number: number): FileName =>
  `${prefix}-${String(number).padStart(digits, "0")}`;

export const segmentName = (sequence: number): FileName => numbered("log", sequence);
export const snapshotName = (number: number): FileName => numbered("snapshot", number);

/** It gets its name when it is whole. A segment has its own from the start: zeroes are no frame. */
export const unfinishedSnapshot: FileName = "snapshot.new";

/**
 * An empty file that is made when the first frame of a log is durable: from then on a folder
 * without a frame is not a new log, but one that was lost.
 */
export const begunName: FileName = "begun";

export const canaryName: FileName = "canary";

const pattern = /^(log|snapshot)-([0-9]{16})$/;

export interface NumberedFile extends FileFact {
  readonly number: number;
}

export interface FolderFacts {
  /** By sequence. */
  readonly segments: readonly NumberedFile[];
  readonly snapshots: readonly NumberedFile[];
  readonly unfinished: FileFact | null;
  readonly hasBegun: boolean;
}

export function readFolder(files: readonly FileFact[]): FolderFacts {
  const segments: NumberedFile[] = [];
  const snapshots: NumberedFile[] = [];
  for (const file of files) {
    const [, prefix, text] = pattern.exec(file.file) ?? [];
    const number = Number(text);
    if (prefix === undefined || !Number.isSafeInteger(number)) continue;
    (prefix === "log" ? segments : snapshots).push({ ...file, number });
  }
  const unfinished = files.find(({ file }) => file === unfinishedSnapshot) ?? null;
  const hasBegun = files.some(({ file }) => file === begunName);
  const byNumber = (one: NumberedFile, other: NumberedFile): number => one.number - other.number;
  segments.sort(byNumber);
  snapshots.sort(byNumber);
  return { segments, snapshots, unfinished, hasBegun };
}
