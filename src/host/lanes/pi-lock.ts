/**
 * A priority-inheriting lock: while a thread waits for it, its holder runs at least at the priority
 * of that thread, along whole chains of holders that wait, and the kernel sees to it (rt-mutex;
 * Linux, Documentation/locking/pi-futex.rst). Uncontended it is one atomic operation in JavaScript,
 * without a system call: the word holds the holder's tid, or 0.
 *
 * The raw futex and not a pthread mutex: the C library aborts the process when two locks with
 * inheritance and error checks are taken crosswise, where the kernel answers EDEADLK.
 *
 * No list of the holder's locks is registered with the kernel (the thread's one list is the C
 * library's). So the lock of a thread that ended is found by whoever comes next: the kernel hands
 * it on with OWNER_DIED where somebody waits, and answers ESRCH otherwise. A tid that was given to
 * another thread in between looks like a living holder; then the wait ends by its time-out.
 */
import { isMainThread } from "node:worker_threads";
import { assert } from "../../kernel/assert.js";
import type { Duration } from "../../kernel/time.js";
import {
  checkTimeout,
  type LaneLock,
  type LaneLockOutcome,
  type LaneUnlockOutcome,
} from "./lane-lock.js";
import { errnos, errnoText, futexOps, type Posix } from "./posix.js";
import type { TimeSpec } from "./timespec.js";

const tidMask = 0x3fffffff;
const ownerDied = 0x40000000;
/** The sign bit: a thread waits in the kernel, and unlocking must go there. */
const waiters = 0x80000000 | 0;

const taken: LaneLockOutcome = { kind: "taken", ownerDied: false };
const takenFromDead: LaneLockOutcome = { kind: "taken", ownerDied: true };
const refusals = {
  "timed-out": { kind: "refused", reason: "timed-out" },
  busy: { kind: "refused", reason: "busy" },
  deadlock: { kind: "refused", reason: "deadlock" },
  "already-held": { kind: "refused", reason: "already-held" },
  "main-thread": { kind: "refused", reason: "main-thread" },
} as const;

export class PiLock implements LaneLock {
  readonly inherits = true;
  readonly #word: Int32Array;
  readonly #posix: Posix;
  readonly #tid: number;
  readonly #until: TimeSpec;

  /** @param word of shared memory, used by nothing else, 0 at first */
  constructor(word: Int32Array, posix: Posix) {
    this.#word = word;
    this.#posix = posix;
    this.#tid = posix.gettid();
    this.#until = posix.timeSpec();
  }

  lock(timeout: Duration): LaneLockOutcome {
    checkTimeout(timeout);
    const quick = this.tryLock();
    if (quick.kind === "taken" || quick.reason !== "busy") return quick;
    if (isMainThread) return refusals["main-thread"];
    return this.#wait(this.#posix.now() + timeout);
  }

  tryLock(): LaneLockOutcome {
    const seen = Atomics.compareExchange(this.#word, 0, 0, this.#tid);
    if (seen === 0) return taken;
    return (seen & tidMask) === this.#tid ? refusals["already-held"] : refusals.busy;
  }

  unlock(): LaneUnlockOutcome {
    if (Atomics.compareExchange(this.#word, 0, this.#tid, 0) === this.#tid) return "unlocked";
    if ((Atomics.load(this.#word, 0) & tidMask) !== this.#tid) return "not-held";
    const errno = this.#posix.futex(this.#word, futexOps.unlockPi);
    assert(errno === errnos.none, `a lock that is held cannot be unlocked: ${errnoText(errno)}`);
    return "unlocked";
  }

  /** @param until in microseconds of CLOCK_MONOTONIC */
  #wait(until: number): LaneLockOutcome {
    for (;;) {
      const seen = Atomics.load(this.#word, 0) & tidMask;
      const errno = this.#lockInKernel(until);
      switch (errno) {
        case errnos.none:
          return this.#takenFromKernel();
        case errnos.timedOut:
          return refusals["timed-out"];
        case errnos.deadlock:
          return refusals.deadlock;
        case errnos.noSuchProcess:
          if (this.#takeFromDead(seen)) return takenFromDead;
          break;
        case errnos.interrupted:
        case errnos.again:
          break;
        default:
          assert(false, `a lock cannot be waited for: ${errnoText(errno)}`);
      }
      if (this.#posix.now() >= until) return refusals["timed-out"];
    }
  }

  #lockInKernel(until: number): number {
    if (this.#posix.hasLockPi2) {
      this.#until.set(until);
      return this.#posix.futex(this.#word, futexOps.lockPi2, 0, this.#until);
    }
    // The older call counts by the wall clock: a step of that makes this one wait end wrongly.
    this.#until.set(Math.max(0, Date.now() * 1_000 + until - this.#posix.now()));
    return this.#posix.futex(this.#word, futexOps.lockPi, 0, this.#until);
  }

  #takenFromKernel(): LaneLockOutcome {
    if ((Atomics.load(this.#word, 0) & ownerDied) === 0) return taken;
    Atomics.and(this.#word, 0, ~ownerDied);
    return takenFromDead;
  }

  /**
   * The kernel knows no thread of that number. Another waiter may be the first to see it, and then
   * the lock has a living holder: so only who held it before the kernel was asked counts as dead.
   */
  #takeFromDead(dead: number): boolean {
    const held = Atomics.load(this.#word, 0);
    if (dead === 0 || (held & tidMask) !== dead) return false;
    const mine = this.#tid | (held & waiters);
    return Atomics.compareExchange(this.#word, 0, held, mine) === held;
  }
}
