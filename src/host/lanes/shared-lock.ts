/**
 * A lock in shared memory: one word, opened by each thread for itself. Whoever makes it decides for
 * all which kind it is; two kinds on one word would not see one another.
 */
import { threadId } from "node:worker_threads";
import { UsageError } from "../../kernel/assert.js";
import type { LaneLock } from "./lane-lock.js";
import { PiLock } from "./pi-lock.js";
import { PlainLock } from "./plain-lock.js";
import { loadPosix } from "./posix.js";

/** What passes from thread to thread. */
export interface SharedLock {
  readonly buffer: SharedArrayBuffer;
  readonly inherits: boolean;
  /** Why it does not inherit; null where it does. */
  readonly reason: string | null;
}

/** @param native false: without system calls even where they are there */
export function makeLock(native = true): SharedLock {
  const buffer = new SharedArrayBuffer(4);
  const result = native ? loadPosix() : { ok: false as const, reason: "it was asked for so" };
  return { buffer, inherits: result.ok, reason: result.ok ? null : result.reason };
}

/** In each thread that uses it. */
export function openLock({ buffer, inherits }: SharedLock): LaneLock {
  const word = new Int32Array(buffer, 0, 1);
  if (!inherits) return new PlainLock(word, threadId + 1);
  const result = loadPosix();
  if (!result.ok) throw new UsageError(`a lock that inherits was made elsewhere: ${result.reason}`);
  return new PiLock(word, result.posix);
}
