/**
 * The system calls of real-time threads: policy, processor, an absolute sleep, the clock, and the
 * futex. Thin: a call answers with the kernel's error number, 0 for none.
 *
 * Policy and processor are set by system call and not through the C library: musl refuses there
 * what the kernel allows. A priority belongs to a thread and is named by its tid.
 */
import { loadNative, type Native } from "../native/native.js";
import { type Abi, abiOf } from "./abi.js";
import { TimeSpec } from "./timespec.js";

export type PosixResult =
  | { readonly ok: true; readonly posix: Posix }
  | { readonly ok: false; readonly reason: string };

type KoffiFunction = ReturnType<Native["libc"]["func"]>;

/** Error numbers, the same on all architectures of the table. */
export const errnos = {
  none: 0,
  notPermitted: 1,
  noSuchProcess: 3,
  interrupted: 4,
  again: 11,
  invalid: 22,
  deadlock: 35,
  noSuchCall: 38,
  timedOut: 110,
} as const;

/** How many processors an affinity can name. */
export const cpusMax = 1_024;

const schedOther = 0;
const schedFifo = 1;
/** What a real-time thread starts, a thread or a process, begins with ordinary priority. */
const resetOnFork = 0x40000000;
const clockMonotonic = 1;
const timerAbsolute = 1;
const setTimerSlack = 29;
/** A futex of this process only: the kernel need not look up whose memory it is. */
const futexPrivate = 128;
const ignored = null;

export const futexOps = {
  wake: 1,
  lockPi: 6,
  unlockPi: 7,
  waitBitset: 9,
  /** As `lockPi` with a time-out on CLOCK_MONOTONIC; Linux 5.14. */
  lockPi2: 13,
} as const;

const anyBit = -1;

let loaded: PosixResult | null = null;

/** The same answer for as long as the thread lives. */
export function loadPosix(): PosixResult {
  loaded ??= attempt();
  return loaded;
}

function attempt(): PosixResult {
  const known = abiOf(process.arch);
  if (!known.ok) return known;
  const result = loadNative();
  if (!result.ok) return result;
  const { native } = result;
  const bytes = native.koffi.sizeof("long");
  if (bytes !== known.abi.longBytes) {
    return { ok: false, reason: `a long has ${bytes} bytes here, not ${known.abi.longBytes}` };
  }
  try {
    return { ok: true, posix: new Posix(native, known.abi) };
  } catch (error) {
    const reason = `the C library lacks a call (${error instanceof Error ? error.message : error})`;
    return { ok: false, reason };
  }
}

export class Posix {
  readonly #abi: Abi;
  readonly #native: Native;
  readonly #call: KoffiFunction;
  readonly #scheduler: KoffiFunction;
  readonly #affinity: KoffiFunction;
  readonly #futex: KoffiFunction;
  readonly #clockNanosleep: KoffiFunction;
  readonly #clockGettime: KoffiFunction;
  readonly #prctl: KoffiFunction;
  readonly #reading: TimeSpec;
  readonly #until: TimeSpec;
  readonly #level = new Int32Array(1);
  /** Can a lock that inherits be waited for by the monotonic clock? */
  readonly hasLockPi2: boolean;

  /** @throws where the C library has not what is needed */
  constructor(native: Native, abi: Abi) {
    const { libc } = native;
    this.#native = native;
    this.#abi = abi;
    this.#reading = new TimeSpec(abi);
    this.#until = new TimeSpec(abi);
    const call = (...kinds: string[]) => libc.func("syscall", "long", ["long", ...kinds]);
    this.#call = call();
    this.#scheduler = call("long", "long", "void *");
    this.#affinity = call("long", "long", "void *");
    this.#futex = call("void *", "long", "long", "void *", "void *", "long");
    const four = ["int", "int", "void *", "void *"];
    this.#clockNanosleep = libc.func("clock_nanosleep", "int", four);
    this.#clockGettime = libc.func("clock_gettime", "int", ["int", "void *"]);
    const long = "unsigned long";
    this.#prctl = libc.func("prctl", "int", ["int", long, long, long, long]);
    this.hasLockPi2 = this.#triesLockPi2();
  }

  /** Of the calling thread, as the kernel and /proc name it. */
  gettid(): number {
    return Number(this.#call(this.#abi.gettid));
  }

  /** @param level 1 to 99: SCHED_FIFO; 0: SCHED_OTHER, with what nice says */
  setPriority(tid: number, level: number): number {
    this.#level[0] = level;
    const policy = (level > 0 ? schedFifo : schedOther) | resetOnFork;
    return this.#errno(this.#scheduler(this.#abi.schedSetscheduler, tid, policy, this.#level));
  }

  /** Lets the thread run on this processor only. */
  setAffinity(tid: number, cpu: number): number {
    const mask = new Uint8Array(cpusMax / 8);
    mask[cpu >> 3] = 1 << (cpu & 7);
    return this.#errno(this.#affinity(this.#abi.schedSetaffinity, tid, mask.length, mask));
  }

  /** How late the kernel may wake the calling thread to save energy, while it is SCHED_OTHER. */
  setTimerSlack(nanoseconds: number): number {
    return this.#errno(this.#prctl(setTimerSlack, nanoseconds, 0, 0, 0));
  }

  /** CLOCK_MONOTONIC in whole microseconds, without garbage. */
  now(): number {
    this.#clockGettime(clockMonotonic, this.#reading.words);
    return this.#reading.get();
  }

  /**
   * Blocks the calling thread. Absolute, so that what happens between reading the clock and
   * sleeping makes nothing later.
   *
   * @param at in microseconds of CLOCK_MONOTONIC
   */
  sleepUntil(at: number): void {
    this.#until.set(at);
    // This call answers with the error number; it does not set errno.
    let result: number = errnos.interrupted;
    while (result === errnos.interrupted) {
      const { words } = this.#until;
      result = this.#clockNanosleep(clockMonotonic, timerAbsolute, words, ignored);
    }
  }

  /** @param operation of `futexOps`; `until` is absolute */
  futex(word: Int32Array, operation: number, value = 0, until: TimeSpec | null = null): number {
    const times = until === null ? ignored : until.words;
    const op = operation | futexPrivate;
    return this.#errno(this.#futex(this.#abi.futex, word, op, value, times, ignored, anyBit));
  }

  timeSpec(): TimeSpec {
    return new TimeSpec(this.#abi);
  }

  /** A lock of our own that is free is taken at once, where the kernel knows the operation. */
  #triesLockPi2(): boolean {
    const word = new Int32Array(1);
    return this.futex(word, futexOps.lockPi2) !== errnos.noSuchCall;
  }

  /** To be called at once after the call whose result it is given. */
  #errno(result: number): number {
    return Number(result) === -1 ? this.#native.errno() : errnos.none;
  }
}

const words: Readonly<Record<number, string>> = {
  [errnos.notPermitted]: "not permitted (EPERM)",
  [errnos.noSuchProcess]: "no such thread (ESRCH)",
  [errnos.invalid]: "not possible here (EINVAL)",
  [errnos.noSuchCall]: "the kernel does not have it (ENOSYS)",
};

export const errnoText = (errno: number): string => words[errno] ?? `errno ${errno}`;
