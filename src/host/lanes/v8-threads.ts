/**
 * V8's own threads, which collect garbage beside all isolates of the process: a lane whose heap is
 * collected waits for them, and while they have ordinary priority anything real-time keeps them
 * from running. That is priority inversion within the engine: in research runs a lane at FIFO 50
 * stood still for 0.76 s, twice in 14, and never longer than 25 ms with these threads above it.
 *
 * `--single-threaded` avoids them, and can only be given at the start; raising them works in a
 * process that runs already. The threads of libuv's pool are left alone: what files and hashes take
 * must not go before a lane.
 */
import { opendirSync, readFileSync } from "node:fs";
import { errnos, errnoText, type Posix } from "./posix.js";

/** Newer versions of Node name them; the kernel cuts names at 15 letters. */
const v8Name = /V8Worker|DelayedTask/;

/** `--v8-pool-size`, where it is not given. */
const poolSizeDefault = 4;

export interface ThreadName {
  readonly tid: number;
  readonly name: string;
}

/** To what they were raised in this process; the main thread's is the one that is shared. */
export const v8Level = new SharedArrayBuffer(4);

/**
 * They serve all lanes, so the most urgent one decides. To be called before a thread raises itself.
 *
 * @param shared the main thread's `v8Level`
 * @returns null, or why they could not all be raised
 */
export function raiseV8Threads(
  posix: Posix,
  priority: number,
  shared: SharedArrayBuffer = v8Level,
): string | null {
  const level = new Int32Array(shared);
  for (;;) {
    const seen = Atomics.load(level, 0);
    if (seen >= priority) return null;
    if (Atomics.compareExchange(level, 0, seen, priority) === seen) break;
  }
  let failed: string | null = null;
  for (const tid of v8Threads(threadsHere(), poolSize())) {
    // Another thread may have asked for more in between.
    const errno = posix.setPriority(tid, Atomics.load(level, 0));
    if (errno !== errnos.none) failed = `V8's threads at ${priority}: ${errnoText(errno)}`;
  }
  return failed;
}

/**
 * Nameless threads are told by their order: V8's begin right after the main thread, first the one
 * for delayed tasks, then the pool, before anything of the program runs.
 *
 * @param threads in the order in which they began, the main thread first
 */
export function v8Threads(threads: readonly ThreadName[], pool: number): readonly number[] {
  const named = threads.filter(({ name }) => v8Name.test(name));
  const found = named.length > 0 ? named : threads.slice(1, 2 + pool);
  return found.map(({ tid }) => tid);
}

/** In the order in which they began: the kernel lists them so, and `readdir` would sort them. */
export function threadsHere(): readonly ThreadName[] {
  const threads: ThreadName[] = [];
  const folder = opendirSync("/proc/self/task");
  for (let entry = folder.readSync(); entry !== null; entry = folder.readSync()) {
    threads.push({ tid: Number(entry.name), name: nameOf(entry.name) });
  }
  folder.closeSync();
  return threads;
}

/** A thread may end between the listing and this. */
function nameOf(tid: string): string {
  try {
    return readFileSync(`/proc/self/task/${tid}/comm`, "utf8").trim();
  } catch {
    return "";
  }
}

const poolFlag = /--v8-pool-size[= ]([0-9]+)/;

function poolSize(): number {
  const flags = `${process.execArgv.join(" ")} ${process.env["NODE_OPTIONS"] ?? ""}`;
  const given = poolFlag.exec(flags)?.[1];
  return given === undefined ? poolSizeDefault : Number(given);
}
