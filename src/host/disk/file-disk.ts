/**
 * The port of a disk on real files, all in one folder that no other process uses.
 *
 * A synced write is one call on one thread of the pool: the file is open with O_DSYNC. The README
 * has what else was measured.
 */
import { write } from "node:fs";
import { mkdir, open, readdir, rename, stat, unlink } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { unreachable } from "../../kernel/assert.js";
import {
  type DiskDone,
  type DiskLane,
  type DiskOperation,
  type DiskRequest,
  type DiskResult,
  type FileFact,
  isFileName,
  transferBytesMax,
} from "../../recovery/disk.js";
import { failureOf } from "./disk-errors.js";
import { FileHandles, type OpenFile } from "./file-handles.js";
import { type FolderLock, lockFolderWithin } from "./folder-lock.js";

export interface FileDiskOptions {
  /** It is made if it is not there, for this user alone. */
  readonly folder: string;
  /** Called once for each request, in the order of each lane; never from within `request`. */
  readonly onDone: (done: DiskDone) => void;
  /** How long a folder is waited for that another process has, in milliseconds; 0 if left out. */
  readonly lockWait?: number;
}

export type OpenedDisk =
  | { readonly ok: true; readonly disk: FileDisk }
  /** Nothing has changed. `reason` is for a person. */
  | { readonly ok: false; readonly reason: string };

interface Lane {
  readonly waiting: DiskRequest[];
  isBusy: boolean;
  readonly onIdle: (() => void)[];
}

const done: DiskResult = { ok: true };

/**
 * Zeroes for a new file, in bytes at a time: a page. Linux keeps a file in memory in pieces as long
 * as it was written, and counts a whole piece as written for each byte that changes in it
 * (`write_bytes` in proc(5)). Longer pieces would be cheaper to make, and dearer ever after.
 */
const zeroes = new Uint8Array(4_096);

export class FileDisk {
  readonly #folder: string;
  readonly #onDone: (done: DiskDone) => void;
  readonly #lock: FolderLock;
  readonly #handles: FileHandles;
  readonly #lanes = new Map<DiskLane, Lane>();
  #isClosed = false;

  private constructor(options: FileDiskOptions, lock: FolderLock) {
    this.#folder = options.folder;
    this.#onDone = options.onDone;
    this.#lock = lock;
    this.#handles = new FileHandles(options.folder);
  }

  static async open(options: FileDiskOptions): Promise<OpenedDisk> {
    const folder = resolve(options.folder);
    try {
      await makeFolder(folder);
      const locked = await lockFolderWithin(folder, options.lockWait ?? 0);
      if (!locked.ok) return locked;
      return { ok: true, disk: new FileDisk({ ...options, folder }, locked.lock) };
    } catch (error) {
      return { ok: false, reason: `${folder} cannot be used: ${(error as Error).message}` };
    }
  }

  /** After `close` it does nothing. */
  request(request: DiskRequest): void {
    if (this.#isClosed) return;
    const lane = this.#laneOf(request.lane);
    lane.waiting.push(request);
    if (!lane.isBusy) this.#next(lane);
  }

  /**
   * Nothing is answered any more. What has begun is waited for, for it cannot be called back: on a
   * disk that hangs it takes as long as that. What has not is dropped.
   */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const lane of this.#lanes.values()) {
      if (lane.isBusy) await new Promise<void>((resolve) => lane.onIdle.push(resolve));
    }
    await this.#handles.close();
    await this.#lock.release();
  }

  #laneOf(name: DiskLane): Lane {
    const lane = this.#lanes.get(name) ?? { waiting: [], isBusy: false, onIdle: [] };
    this.#lanes.set(name, lane);
    return lane;
  }

  #next(lane: Lane): void {
    const request = this.#isClosed ? undefined : lane.waiting.shift();
    lane.isBusy = request !== undefined;
    if (request === undefined) {
      for (const wake of lane.onIdle.splice(0)) wake();
      return;
    }
    const { id, operation } = request;
    const end = (result: DiskResult): void => {
      if (!this.#isClosed) this.#onDone({ kind: "disk-done", id, result });
      this.#next(lane);
    };
    if (!this.#writeAtOnce(operation, end)) void this.#carryOut(operation).then(end);
  }

  /**
   * The one operation that somebody always waits for, without a promise on its way: those cost a
   * fifth of its time. False where it is not as simple as that.
   */
  #writeAtOnce(operation: DiskOperation, end: (result: DiskResult) => void): boolean {
    if (operation.kind !== "write" || !operation.synced || !isSound(operation)) return false;
    const { file, offset, bytes } = operation;
    const entry = this.#handles.peek(file);
    const handle = entry?.handles.get("synced");
    if (entry === undefined || handle === undefined || entry.isDirty) return false;
    entry.users += 1;
    write(handle.fd, bytes, 0, bytes.length, offset, (error, written) => {
      entry.users -= 1;
      if (error !== null) end({ ok: false, reason: failureOf(error) });
      else if (written === bytes.length) end(done);
      else void this.#carryOut(operation).then(end);
    });
    return true;
  }

  async #carryOut(operation: DiskOperation): Promise<DiskResult> {
    if (!isSound(operation)) return { ok: false, reason: "not-permitted" };
    try {
      return await this.#attempt(operation);
    } catch (error) {
      return { ok: false, reason: failureOf(error) };
    }
  }

  async #attempt(operation: DiskOperation): Promise<DiskResult> {
    switch (operation.kind) {
      case "list":
        return { ok: true, files: await this.#list() };
      case "read":
        return await this.#read(operation.file, operation.offset, operation.length);
      case "create":
        return await this.#create(operation.file, operation.bytes);
      case "write":
        return await this.#handles.use(operation.file, (entry) => this.#write(operation, entry));
      case "sync":
        return await this.#handles.use(operation.file, (entry) =>
          this.#sync(operation.file, entry),
        );
      case "truncate":
        return await this.#truncate(operation.file, operation.bytes);
      case "rename":
        return await this.#rename(operation.from, operation.to);
      case "remove":
        return await this.#remove(operation.file);
      case "sync-folder":
        await syncFolder(this.#folder);
        return done;
      default:
        return unreachable(operation);
    }
  }

  async #list(): Promise<readonly FileFact[]> {
    const files: FileFact[] = [];
    for (const entry of await readdir(this.#folder, { withFileTypes: true })) {
      if (!entry.isFile() || !isFileName(entry.name)) continue;
      const { size } = await stat(this.#handles.pathOf(entry.name));
      files.push({ file: entry.name, bytes: size });
    }
    return files.sort((one, other) => (one.file < other.file ? -1 : 1));
  }

  async #read(file: string, offset: number, length: number): Promise<DiskResult> {
    return await this.#handles.use(file, async (entry) => {
      const handle = await this.#handles.handle(file, entry, "read");
      const bytes = new Uint8Array(length);
      let at = 0;
      while (at < length) {
        const { bytesRead } = await handle.read(bytes, at, length - at, offset + at);
        if (bytesRead === 0) break;
        at += bytesRead;
      }
      return { ok: true, bytes: bytes.subarray(0, at) };
    });
  }

  /** Of written zeroes, not of a hole: what is written over later has its place on the disk. */
  async #create(file: string, bytes: number): Promise<DiskResult> {
    const handle = await this.#handles.make(file);
    try {
      await writeZeroes(handle.fd, bytes);
      return done;
    } catch (error) {
      // A part of a file would take the room that there is not.
      await unlink(this.#handles.pathOf(file)).catch(() => undefined);
      throw error;
    } finally {
      await handle.close();
    }
  }

  async #write(
    operation: DiskOperation & { readonly kind: "write" },
    entry: OpenFile,
  ): Promise<DiskResult> {
    const { file, offset, bytes, synced } = operation;
    const isOneCall = synced && !entry.isDirty;
    const handle = await this.#handles.handle(file, entry, isOneCall ? "synced" : "write");
    if (!isOneCall) entry.isDirty = true;
    await writeAll(handle, bytes, offset);
    if (isOneCall || !synced) return done;
    await handle.datasync();
    entry.isDirty = false;
    return done;
  }

  /** By the handle that wrote, where there is one: it is told of what failed in the meantime. */
  async #sync(file: string, entry: OpenFile): Promise<DiskResult> {
    const { handles } = entry;
    const written = handles.get("write") ?? handles.get("synced");
    const handle = written ?? (await this.#handles.handle(file, entry, "read"));
    await handle.datasync();
    entry.isDirty = false;
    return done;
  }

  async #truncate(file: string, bytes: number): Promise<DiskResult> {
    return await this.#handles.use(file, async (entry) => {
      const handle = await this.#handles.handle(file, entry, "write");
      entry.isDirty = true;
      await handle.truncate(bytes);
      return done;
    });
  }

  async #rename(from: string, to: string): Promise<DiskResult> {
    await this.#handles.forget(from);
    await this.#handles.forget(to);
    await rename(this.#handles.pathOf(from), this.#handles.pathOf(to));
    return done;
  }

  async #remove(file: string): Promise<DiskResult> {
    await this.#handles.forget(file);
    try {
      await unlink(this.#handles.pathOf(file));
    } catch (error) {
      if (failureOf(error) !== "absent") throw error;
    }
    return done;
  }
}

/** A machine that asks for something else has a bug; what it asked for must not be tried. */
function isSound(operation: DiskOperation): boolean {
  switch (operation.kind) {
    case "list":
    case "sync-folder":
      return true;
    case "read":
      return isFileName(operation.file) && isRange(operation.offset, operation.length);
    case "write":
      return isFileName(operation.file) && isRange(operation.offset, operation.bytes.length);
    case "create":
    case "truncate":
      return isFileName(operation.file) && Number.isSafeInteger(operation.bytes);
    case "rename":
      return isFileName(operation.from) && isFileName(operation.to);
    case "remove":
    case "sync":
      return isFileName(operation.file);
    default:
      return unreachable(operation);
  }
}

const isRange = (offset: number, length: number): boolean =>
  Number.isSafeInteger(offset) && offset >= 0 && length >= 0 && length <= transferBytesMax;

/** Without a promise for each piece, of which there are hundreds. */
function writeZeroes(fd: number, bytes: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const next = (at: number): void => {
      if (at >= bytes) {
        resolve();
        return;
      }
      write(fd, zeroes, 0, Math.min(zeroes.length, bytes - at), at, (error, written) => {
        if (error !== null) reject(error);
        else if (written === 0) reject(new Error("the disk took none of what was to be written"));
        else next(at + written);
      });
    };
    next(0);
  });
}

/** A write may take a part only, at a limit of the file system or of the process. */
async function writeAll(
  handle: Awaited<ReturnType<typeof open>>,
  bytes: Uint8Array,
  offset: number,
): Promise<void> {
  let at = 0;
  while (at < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, at, bytes.length - at, offset + at);
    if (bytesWritten === 0) throw new Error("the disk took none of what was to be written");
    at += bytesWritten;
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The folder itself has to outlast a loss of power too. */
async function makeFolder(folder: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (made === undefined) return;
  for (let at = folder; at.length >= made.length; at = dirname(at)) await syncFolder(dirname(at));
}
