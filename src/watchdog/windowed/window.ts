/** The times of a windowed watchdog, for both sides of it. */
import { assert } from "../../kernel/assert.js";
import { type Duration, micros } from "../../kernel/time.js";

export interface WindowSettings {
  /** A pet at or after this, since the last one, is too late. */
  readonly timeout: Duration;
  /** The last part of the timeout in which a pet is right: more than 0, up to 1 (no window). */
  readonly openFraction: number;
  /** How long the device waits for the first pet, which may come at any time before. */
  readonly firstTimeout: Duration;
}

/** From which on a pet is right, since the last one; rounded up, so that both sides agree. */
export function opensAfter({ timeout, openFraction }: WindowSettings): Duration {
  assert(openFraction > 0 && openFraction <= 1, `an open fraction of ${openFraction}`);
  const opens = micros(Math.ceil(timeout * (1 - openFraction)));
  assert(opens < timeout, "the window never opens");
  return opens;
}
