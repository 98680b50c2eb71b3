/**
 * Open files of one folder, kept for the next operation. A file has up to three handles: one to
 * read, which a read-only file system gives too, one to write, and one whose every write is durable
 * when it returns (O_DSYNC).
 *
 * Such a write makes durable what it wrote and not what other handles wrote before, so a file knows
 * whether there is anything else: one that has just been opened may have been written by a process
 * that died.
 */
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import type { FileName } from "../../recovery/disk.js";

const flags = {
  read: constants.O_RDONLY,
  write: constants.O_RDWR,
  synced: constants.O_RDWR | constants.O_DSYNC,
} as const;

type Way = keyof typeof flags;

export interface OpenFile {
  readonly handles: Map<Way, FileHandle>;
  /** Written to, and not synced since. */
  isDirty: boolean;
  /** Operations that are using it. */
  users: number;
}

/** Files that are kept open; beyond it the one that was used longest ago is closed. */
export const openFilesMax = 16;

export class FileHandles {
  readonly #folder: string;
  /** Those used last stand last. */
  readonly #files = new Map<FileName, OpenFile>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  pathOf(file: FileName): string {
    return join(this.#folder, file);
  }

  /** One that is open already; it does not count as used by that. */
  peek(file: FileName): OpenFile | undefined {
    return this.#files.get(file);
  }

  /** Keeps the file open while `work` uses it. */
  async use<Result>(file: FileName, work: (open: OpenFile) => Promise<Result>): Promise<Result> {
    const entry = this.#files.get(file) ?? { handles: new Map(), isDirty: true, users: 0 };
    this.#files.delete(file);
    this.#files.set(file, entry);
    entry.users += 1;
    try {
      return await work(entry);
    } finally {
      entry.users -= 1;
      await this.#closeOldest();
    }
  }

  async handle(file: FileName, entry: OpenFile, way: Way): Promise<FileHandle> {
    const kept = entry.handles.get(way);
    if (kept !== undefined) return kept;
    const opened = await open(this.pathOf(file), flags[way] | constants.O_NOFOLLOW);
    entry.handles.set(way, opened);
    return opened;
  }

  /** A file that is new in its place, empty. */
  async make(file: FileName): Promise<FileHandle> {
    const how = constants.O_CREAT | constants.O_TRUNC | constants.O_RDWR | constants.O_NOFOLLOW;
    await this.forget(file);
    return await open(this.pathOf(file), how, 0o600);
  }

  /** The name will mean another file, or none. */
  async forget(file: FileName): Promise<void> {
    const entry = this.#files.get(file);
    this.#files.delete(file);
    if (entry !== undefined) await closeAll(entry);
  }

  async close(): Promise<void> {
    for (const file of [...this.#files.keys()]) await this.forget(file);
  }

  async #closeOldest(): Promise<void> {
    if (this.#files.size <= openFilesMax) return;
    for (const [file, entry] of this.#files) {
      if (entry.users === 0) return await this.forget(file);
    }
  }
}

/** What a close could tell, a sync has told before. */
async function closeAll(entry: OpenFile): Promise<void> {
  for (const handle of entry.handles.values()) await handle.close().catch(() => undefined);
}
