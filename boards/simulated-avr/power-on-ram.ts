/**
 * What is in a RAM that has just got its power: nothing that can be relied on. It is made of a
 * seed, so a firmware that reads before it writes fails in the same way twice.
 */
import { assert } from "../../src/kernel/assert.js";

/** Marsaglia's xorshift with 32 bits (2003): good enough to look like no program's data. */
export function ramAtPowerOn(seed: number, bytes: number): Uint8Array {
  assert(Number.isSafeInteger(seed), "a seed is a whole number");
  let state = seed | 1;
  return Uint8Array.from({ length: bytes }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 0xff;
  });
}
