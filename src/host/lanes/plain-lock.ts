/**
 * The lock where there are no system calls: atomic operations and waits of JavaScript (the mutex of
 * Drepper, "Futexes Are Tricky", section 5, third kind). It does not inherit, so a holder that is
 * kept from running keeps every waiter; it sees no circle but that of one; and of a holder that
 * ended it knows nothing, so its waiters time out.
 */
import { isMainThread } from "node:worker_threads";
import type { Duration } from "../../kernel/time.js";
import {
  checkTimeout,
  type LaneLock,
  type LaneLockOutcome,
  type LaneUnlockOutcome,
} from "./lane-lock.js";

/** The sign bit: somebody may wait, and unlocking must wake them. */
const waiters = 0x80000000 | 0;
const holderMask = 0x7fffffff;

const refused = (reason: "timed-out" | "busy" | "already-held" | "main-thread") =>
  ({ kind: "refused", reason }) as const;

export class PlainLock implements LaneLock {
  readonly inherits = false;
  readonly #word: Int32Array;
  readonly #self: number;

  /**
   * @param word of shared memory, used by nothing else, 0 at first
   * @param self the thread's own number, from 1
   */
  constructor(word: Int32Array, self: number) {
    this.#word = word;
    this.#self = self;
  }

  lock(timeout: Duration): LaneLockOutcome {
    checkTimeout(timeout);
    const quick = this.tryLock();
    if (quick.kind === "taken" || quick.reason !== "busy") return quick;
    if (isMainThread) return refused("main-thread");
    return this.#wait(performance.now() + timeout / 1_000);
  }

  tryLock(): LaneLockOutcome {
    return this.#take(this.#self);
  }

  unlock(): LaneUnlockOutcome {
    const seen = Atomics.load(this.#word, 0);
    if ((seen & holderMask) !== this.#self) return "not-held";
    if ((Atomics.exchange(this.#word, 0, 0) & waiters) !== 0) Atomics.notify(this.#word, 0, 1);
    return "unlocked";
  }

  /** @param until on `performance`'s clock, in milliseconds */
  #wait(until: number): LaneLockOutcome {
    for (;;) {
      const seen = Atomics.load(this.#word, 0);
      // Who has waited takes it with the bit, for others may wait that it cannot see.
      if (seen === 0) {
        const outcome = this.#take(this.#self | waiters);
        if (outcome.kind === "taken") return outcome;
        continue;
      }
      const left = until - performance.now();
      if (left <= 0) return refused("timed-out");
      const marked = seen | waiters;
      if (Atomics.compareExchange(this.#word, 0, seen, marked) !== seen) continue;
      Atomics.wait(this.#word, 0, marked, left);
    }
  }

  #take(mark: number): LaneLockOutcome {
    const seen = Atomics.compareExchange(this.#word, 0, 0, mark);
    if (seen === 0) return { kind: "taken", ownerDied: false };
    return (seen & holderMask) === this.#self ? refused("already-held") : refused("busy");
  }
}
