/**
 * The files of the flight recorder: one for each start of a node, named after the boot id, in which
 * the wall clock stands. The newest few are kept, so the disk is bounded and the flight before a
 * crash is still there after the restart.
 */
import { type FileHandle, mkdir, open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { NodeId } from "../kernel/ids.js";

/** Recordings of one node that are kept, the new one included. */
export const recordingsMax = 4;

export interface RecordingFile {
  readonly path: string;
  readonly handle: FileHandle;
}

/**
 * Makes the folder, room in it, and the new file. Rejects with the file system's error; also where
 * the file exists, for a recording is never written over.
 */
export async function openRecording(
  folder: string,
  node: NodeId,
  bootId: number,
): Promise<RecordingFile> {
  await mkdir(folder, { recursive: true });
  const old = bootIdsIn(await readdir(folder), node);
  const excess = old.slice(0, Math.max(0, old.length - (recordingsMax - 1)));
  for (const id of excess) await rm(join(folder, nameOf(node, id)), { force: true });
  const path = join(folder, nameOf(node, bootId));
  return { path, handle: await open(path, "wx", 0o600) };
}

const nameOf = (node: NodeId, bootId: number): string => `${node}-${bootId}.ndjson`;

/** Of the recordings of this node, oldest first. What is named otherwise is not ours to remove. */
function bootIdsIn(names: readonly string[], node: NodeId): readonly number[] {
  const prefix = `${node}-`;
  return names
    .filter((name) => name.startsWith(prefix))
    .map((name) => /^([0-9]{1,15})\.ndjson$/.exec(name.slice(prefix.length))?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number)
    .sort((one, other) => one - other);
}
