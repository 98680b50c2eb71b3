/** How long to wait before a request that was refused is sent again. */
import type { Prng } from "../../../kernel/prng.js";
import { type Duration, micros } from "../../../kernel/time.js";

/** It doubles with each refusal at most this often. */
const doublingsMax = 10;

/** From a half to the whole of `min` doubled so often, at most `max`: clients must not march. */
export function backoff(refusals: number, min: Duration, max: Duration, prng: Prng): Duration {
  const whole = Math.min(min * 2 ** Math.min(refusals, doublingsMax), max);
  return micros(Math.ceil(whole / 2 + (whole / 2) * prng.fraction()));
}
