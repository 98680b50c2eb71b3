/**
 * The folder of evidence records: `<stateDir>/evidence/<node>-<bootId>.json`, one for a life of
 * which something went wrong. A record of what was overcome is set aside under `.restored.json`: it
 * is worth reading, and accuses nobody of a bite.
 *
 * A record is there whole or not at all: it is written aside, synced, renamed, and the folder
 * synced. Here all is synchronous, for whoever writes may be about to end.
 */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import {
  type EvidenceReading,
  encodeEvidence,
  evidenceBytesMax,
  parseEvidence,
} from "../../watchdog/evidence/format.js";
import type { EvidenceRecord } from "../../watchdog/evidence.js";

/** Of one node; the oldest make room at its start and before each new one. */
export const recordsMax = 12;
export const folderBytesMax = 1_048_576;

export const evidenceFolder = (stateDir: string): string => join(stateDir, "evidence");

export const evidencePath = (folder: string, node: string, bootId: number): string =>
  join(folder, `${node}-${bootId}.json`);

export const restoredPath = (folder: string, node: string, bootId: number): string =>
  join(folder, `${node}-${bootId}.restored.json`);

export interface EvidenceFile {
  readonly bootId: number;
  readonly restored: boolean;
  readonly path: string;
}

/**
 * Makes the folder, and room in it: afterwards there are fewer records of this node than the most.
 *
 * @throws the file system's error
 */
export function makeRoom(folder: string, node: string): void {
  mkdirSync(folder, { recursive: true });
  const files = evidenceIn(readdirSync(folder), folder, node).toReversed();
  let bytes = 0;
  for (const [index, { path }] of files.entries()) {
    bytes += statSync(path).size;
    if (index >= recordsMax - 1 || bytes > folderBytesMax - evidenceBytesMax) {
      rmSync(path, { force: true });
    }
  }
}

/** @throws the file system's error; what is on the disk then is what was there before */
export function writeEvidence(folder: string, record: EvidenceRecord): string {
  const path = evidencePath(folder, record.node, record.bootId);
  const handle = openSync(`${path}.new`, "w", 0o600);
  try {
    writeFileSync(handle, encodeEvidence(record));
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(`${path}.new`, path);
  syncFolder(folder);
  return path;
}

/** What was written was overcome. Nothing happens where nothing was written. */
export function setAside(folder: string, node: string, bootId: number): void {
  try {
    renameSync(evidencePath(folder, node, bootId), restoredPath(folder, node, bootId));
    syncFolder(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Of one node, oldest first; none where there is no folder. */
export async function listEvidence(folder: string, node: string): Promise<readonly EvidenceFile[]> {
  try {
    return evidenceIn(await readdir(folder), folder, node);
  } catch {
    return [];
  }
}

/** Null where there is no such file. Reads no more than a record can have. */
export async function readEvidence(path: string): Promise<EvidenceReading | null> {
  try {
    const handle = await open(path);
    try {
      const buffer = Buffer.alloc(evidenceBytesMax + 1);
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
      return parseEvidence(buffer.toString("utf8", 0, bytesRead));
    } finally {
      await handle.close();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return null;
    return { ok: false, expected: `a file that can be read (${code})` };
  }
}

/** What is named otherwise is not ours to remove. */
function evidenceIn(names: readonly string[], folder: string, node: string): EvidenceFile[] {
  const files = names.flatMap((name): EvidenceFile[] => {
    if (!name.startsWith(`${node}-`)) return [];
    const match = /^([0-9]{1,15})(\.restored)?\.json$/.exec(name.slice(node.length + 1));
    if (match === null) return [];
    const [, digits, restored] = match;
    return [{ bootId: Number(digits), restored: restored !== undefined, path: join(folder, name) }];
  });
  return files.sort((one, other) => one.bootId - other.bootId);
}
