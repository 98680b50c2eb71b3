/**
 * How long a holder may believe in a lease for which voters promised `length`.
 *
 * The voter's promise and the holder's belief are counted on two clocks. Each keeps within rho of
 * true time, so `length` on a voter's clock lasts at least length / (1 + rho), and x on the
 * holder's clock lasts at most x / (1 - rho). The belief ends first when
 *
 *     x <= length * (1 - rho) / (1 + rho)
 *
 * (Gray and Cheriton 1989, on clocks that drift and fail; they subtract an allowance epsilon, we
 * scale, because our epsilon is a rate.) One microsecond more is taken off: a reading is cut off to
 * a whole microsecond, so a promise may be up to one reading shorter than the voter counts.
 */
import { assert } from "../../kernel/assert.js";
import { type Duration, micros } from "../../kernel/time.js";

const million = 1_000_000;
const readingUnit = 1;

/** The longest promise for which the arithmetic below is exact: about 75 minutes. */
export const leaseLengthMax = micros(Math.floor(2 ** 52 / million));

/**
 * @param length the voters' promise, at most `leaseLengthMax`
 * @param driftMaxPpm how far any clock's rate may be from that of true time, below 1,000,000
 */
export function holderLength(length: Duration, driftMaxPpm: number): Duration {
  assert(length <= leaseLengthMax, `a lease of ${length} us is too long to count exactly`);
  assert(Number.isSafeInteger(driftMaxPpm), `not a drift in ppm: ${driftMaxPpm}`);
  assert(driftMaxPpm >= 0 && driftMaxPpm < million, `not a drift in ppm: ${driftMaxPpm}`);
  const product = length * (million - driftMaxPpm);
  const divisor = million + driftMaxPpm;
  // The remainder is taken first: a rounded quotient could be one too large.
  const scaled = (product - (product % divisor)) / divisor;
  return micros(Math.max(scaled - readingUnit, 0));
}
