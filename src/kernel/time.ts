/**
 * Time is counted in whole microseconds. Nanoseconds would leave the safe integers of a number
 * after 104 days of uptime; microseconds last 285 years.
 */
import { assert } from "./assert.js";

declare const unit: unique symbol;

/** A length of time in microseconds, never negative. */
export type Duration = number & { readonly [unit]: "duration_us" };

/**
 * A reading of one node's monotonic clock, in microseconds. Readings of different nodes are not
 * comparable.
 */
export type Instant = number & { readonly [unit]: "instant_us" };

// The messages below are written only when they are needed. Time is made ten thousand times a
// second, and V8 caches the text of every number in its old generation: as arguments of `assert`
// that hold, they filled a replica's heap with 3 MB of dead text a second.

const isCount = (us: number): boolean => Number.isSafeInteger(us) && us >= 0;

export function micros(count: number): Duration {
  if (!isCount(count)) assert(false, `not a duration: ${count}`);
  return count as Duration;
}

export const millis = (count: number): Duration => micros(count * 1_000);
export const seconds = (count: number): Duration => micros(count * 1_000_000);

export function instant(us: number): Instant {
  if (!isCount(us)) assert(false, `not an instant: ${us}`);
  return us as Instant;
}

export const after = (start: Instant, wait: Duration): Instant => instant(start + wait);

export function elapsed(from: Instant, to: Instant): Duration {
  if (!(from <= to)) assert(false, `the monotonic clock went back from ${from} to ${to}`);
  return (to - from) as Duration;
}

/** The nearer of two deadlines, where `null` means "none". */
export function earlier(one: Instant | null, other: Instant | null): Instant | null {
  if (one === null) return other;
  if (other === null) return one;
  return one < other ? one : other;
}

export const due = (deadline: Instant | null, now: Instant): boolean =>
  deadline !== null && deadline <= now;
