/**
 * One folder, one process: two that write the same log destroy it, and a second start by hand is
 * soon made.
 *
 * The lock is a lock of the kernel (flock) on a file in the folder, which ends with the process
 * however it ends, and holds between containers too. Where there is no way to the call, the file
 * itself stands for it: it names the process, when that began and the kernel's boot in which it
 * did, and is taken over if there is no such process any more.
 */
import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { link, open, readFile, rename, unlink } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { loadNative } from "../native/native.js";

/** Not a name that a disk lists. */
const lockName = ".lock";

const exclusiveAtOnce = 2 | 4;

/** Others may be taking the same stale lock over at the same time. */
const attemptsMax = 5;

export interface FolderLock {
  release(): Promise<void>;
}

export type LockedFolder =
  | { readonly ok: true; readonly lock: FolderLock }
  | { readonly ok: false; readonly reason: string };

/** @param isNative false for a test of the other way */
export async function lockFolder(folder: string, isNative = true): Promise<LockedFolder> {
  const file = join(folder, lockName);
  const flock = isNative ? nativeFlock() : null;
  return flock === null ? await lockByFile(folder, file) : lockByKernel(folder, file, flock);
}

/** Between two looks, in milliseconds. */
const lookEvery = 50;

/**
 * For a successor: a process that was killed has the lock until the kernel has done what it had
 * begun, which on a card that stalls takes seconds.
 *
 * @param waitMax in milliseconds
 */
export async function lockFolderWithin(folder: string, waitMax: number): Promise<LockedFolder> {
  const until = performance.now() + waitMax;
  for (;;) {
    const locked = await lockFolder(folder);
    if (locked.ok || performance.now() >= until) return locked;
    await pause(lookEvery);
  }
}

type Flock = (fd: number, how: number) => number;

function nativeFlock(): Flock | null {
  const loaded = loadNative();
  return loaded.ok ? (loaded.native.libc.func("int flock(int, int)") as Flock) : null;
}

const takenBy = (folder: string, holder: string): LockedFolder => {
  const pid = holder.split(" ")[0];
  const who = pid === undefined || pid === "" ? "another process" : `process ${pid}`;
  return { ok: false, reason: `${folder} is in use by ${who}; a folder serves one replica only` };
};

/** By a plain descriptor: a handle that nobody refers to would be closed, and the lock with it. */
function lockByKernel(folder: string, file: string, flock: Flock): LockedFolder {
  const fd = openSync(file, "a+", 0o600);
  const isTaken = flock(fd, exclusiveAtOnce) !== 0;
  const holder = readFileSync(file, "utf8");
  // A process that had no way to the call has written its name all the same.
  if (isTaken || isAlive(holder)) {
    closeSync(fd);
    return takenBy(folder, holder);
  }
  ftruncateSync(fd);
  writeSync(fd, identity());
  return { ok: true, lock: { release: async () => release(fd) } };
}

function release(fd: number): void {
  ftruncateSync(fd);
  closeSync(fd);
}

async function lockByFile(folder: string, file: string): Promise<LockedFolder> {
  const own = `${file}.${process.pid}`;
  const handle = await open(own, "w", 0o600);
  try {
    await handle.write(identity());
    for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
      if (await isLinked(own, file)) return { ok: true, lock: { release: () => unlink(file) } };
      const holder = await readOrEmpty(file);
      if (isAlive(holder)) return takenBy(folder, holder);
      await takeAway(file, holder);
    }
    return takenBy(folder, "");
  } finally {
    await handle.close();
    await unlink(own);
  }
}

/** It is made with its content in one step, or not at all. */
async function isLinked(own: string, file: string): Promise<boolean> {
  try {
    await link(own, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Somebody else may have been quicker: then what was moved away is theirs, and is put back. */
async function takeAway(file: string, stale: string): Promise<void> {
  const aside = `${file}.${process.pid}.stale`;
  try {
    await rename(file, aside);
  } catch {
    return;
  }
  if ((await readOrEmpty(aside)) !== stale) await isLinked(aside, file);
  await unlink(aside);
}

const readOrEmpty = async (file: string): Promise<string> =>
  await readFile(file, "utf8").catch(() => "");

/**
 * The process, when it began, and in which boot. Its number may be another's by now; and when a
 * board starts, its processes get about the same numbers at about the same ticks each time: a file
 * that a power cut left would name one of the programs that have just been started.
 */
function identity(): string {
  return `${process.pid} ${beganAt(process.pid) ?? ""} ${bootOfKernel()}\n`;
}

function isAlive(holder: string): boolean {
  const [, pid, began, boot] = /^([0-9]+) ([0-9]+) ([0-9a-f-]+)\n$/.exec(holder) ?? [];
  if (pid === undefined) return false;
  return boot === bootOfKernel() && beganAt(Number(pid)) === began;
}

/** Drawn anew at each start of the kernel; empty where it gives none. */
function bootOfKernel(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return "";
  }
}

/** In ticks since the start of the machine, the 22nd field; the second may hold blanks. */
function beganAt(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}
