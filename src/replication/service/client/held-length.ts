/**
 * How long a client may believe in its session, and so in the locks that it holds, for which a
 * leader keeps `lease`.
 *
 * The leader counts on its clock from the receipt of a keep-alive, the client on its own from the
 * sending, which was earlier. Each clock keeps within rho of true time, so `lease` on the leader's
 * lasts at least lease / (1 + rho), and x on the client's at most x / (1 - rho). The belief ends
 * first when
 *
 *     x <= lease * (1 - rho) / (1 + rho)
 *
 * (Gray and Cheriton 1989; Burrows 2006, section 2.8, has the client "make conservative
 * assumptions" of the same two things.) One microsecond more is taken off, for a reading is cut off
 * to a whole one.
 */
import { assert } from "../../../kernel/assert.js";
import { type Duration, micros } from "../../../kernel/time.js";
import { sessionLeaseMax } from "../limits.js";

const million = 1_000_000;
const readingUnit = 1;

/** @param driftMaxPpm how far any clock's rate may be from that of true time, below 1,000,000 */
export function heldLength(lease: Duration, driftMaxPpm: number): Duration {
  assert(lease <= sessionLeaseMax, `a lease of ${lease} us is too long to count exactly`);
  assert(Number.isSafeInteger(driftMaxPpm), `not a drift in ppm: ${driftMaxPpm}`);
  assert(driftMaxPpm >= 0 && driftMaxPpm < million, `not a drift in ppm: ${driftMaxPpm}`);
  const product = lease * (million - driftMaxPpm);
  const divisor = million + driftMaxPpm;
  // The remainder is taken first: a rounded quotient could be one too large.
  const scaled = (product - (product % divisor)) / divisor;
  return micros(Math.max(scaled - readingUnit, 0));
}
