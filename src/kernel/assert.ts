/**
 * Assertions state what must be true unless the program itself is wrong. Bytes from the wire,
 * values of a sensor and choices of a user are never asserted: they are parsed, and may be refused.
 */

/** We have a bug. It ends the process; the watchdog then brings the board back. */
export class AssertionFailure extends Error {
  override readonly name = "AssertionFailure";
}

/** You called it wrongly: the message says what was expected. No state has changed. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionFailure(message);
}

/** Makes a `switch` over a union total: a new variant is then a compile error here. */
export function unreachable(value: never): never {
  throw new AssertionFailure(`unreachable: ${JSON.stringify(value)}`);
}
