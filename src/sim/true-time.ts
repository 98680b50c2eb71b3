/**
 * True time: the one time line of a simulated world, in integer microseconds from its beginning.
 * Only the simulator knows it. Nodes see their own clocks, which are off by an offset and a rate,
 * so the two must never be mixed up: hence a brand of its own.
 */
import { assert } from "../kernel/assert.js";
import type { Duration } from "../kernel/time.js";

declare const unit: unique symbol;

/** Microseconds of true time since the world began. */
export type TrueTime = number & { readonly [unit]: "true_us" };

export const worldBegins: TrueTime = 0 as TrueTime;

/** After the end of every world: an event that will not come. */
export const never: TrueTime = Number.POSITIVE_INFINITY as TrueTime;

export function trueTime(us: number): TrueTime {
  assert(Number.isSafeInteger(us) && us >= 0, `not a true time: ${us}`);
  return us as TrueTime;
}

/** `start` and a wait; `never` stays `never`. */
export const later = (start: TrueTime, wait: Duration): TrueTime => (start + wait) as TrueTime;

/** From one true time to a later one. */
export function between(from: TrueTime, to: TrueTime): Duration {
  assert(from <= to, `true time went back from ${from} to ${to}`);
  return (to - from) as Duration;
}
