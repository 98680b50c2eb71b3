/**
 * A lock between lanes: what may be asked of one and what it answers. The kinds are in pi-lock.ts
 * and plain-lock.ts; shared-lock.ts makes and opens them.
 *
 * Invariant: a wait has an end. A thread that waits in a system call can be neither told nor
 * terminated, and the main thread waits for nothing, for its loop carries everything else.
 */
import { UsageError } from "../../kernel/assert.js";
import { type Duration, millis } from "../../kernel/time.js";

export type LaneLockOutcome =
  /** `ownerDied`: the holder before ended while it held it, so what it guards may be half-done. */
  | { readonly kind: "taken"; readonly ownerDied: boolean }
  /** `busy`: only of a `tryLock`. */
  | { readonly kind: "refused"; readonly reason: LaneLockRefusal };

/**
 * Nothing has changed. `deadlock`: waiting would close a circle. `main-thread`: it may only try.
 */
export type LaneLockRefusal = "timed-out" | "busy" | "deadlock" | "already-held" | "main-thread";

export type LaneUnlockOutcome = "unlocked" | "not-held";

export interface LaneLock {
  /** Does its holder run at the priority of its most urgent waiter? */
  readonly inherits: boolean;
  /** Waits at most so long; `lockTimeoutMax` is the longest. */
  lock(timeout: Duration): LaneLockOutcome;
  tryLock(): LaneLockOutcome;
  unlock(): LaneUnlockOutcome;
}

/** A thread that waits cannot be stopped, so no wait is longer. */
export const lockTimeoutMax = millis(10_000);

/** @throws UsageError for a time-out that is longer than may be waited */
export function checkTimeout(timeout: Duration): void {
  if (timeout > lockTimeoutMax) {
    throw new UsageError(`a lock is waited for at most ${lockTimeoutMax} us, not ${timeout}`);
  }
}
