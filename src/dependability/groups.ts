/**
 * Groups of components that fail independently of one another: all needed (series), one needed
 * (parallel), k of n needed. Source: K. S. Trivedi, "Probability and Statistics with Reliability,
 * Queuing, and Computer Science Applications", 2nd ed. 2002, chapters 1 and 3.
 *
 * The functions are over probabilities, so they serve for reliabilities over a time and for
 * availabilities alike.
 */
import { checkGroup, checkProbability, checkRate } from "./ranges.js";

/** All are needed. Of none at all, 1: nothing can fail. */
export function series(parts: readonly number[]): number {
  let product = 1;
  for (const part of parts) {
    checkProbability("reliability", part);
    product *= part;
  }
  return product;
}

/** One is enough. Of none at all, 0: nothing works. */
export function parallel(parts: readonly number[]): number {
  let allFail = 1;
  for (const part of parts) {
    checkProbability("reliability", part);
    allFail *= 1 - part;
  }
  return 1 - allFail;
}

/**
 * The probability that at least `k` of `n` work, each with probability `works`: the binomial sum.
 * All its terms are positive, so nothing cancels, and it is exact to about n roundings.
 *
 * @param n 1 to `groupMax`
 * @param k 1 to n
 * @throws UsageError out of these ranges
 */
export function kOfN(k: number, n: number, works: number): number {
  checkGroup(k, n);
  checkProbability("reliability", works);
  return atLeast(k, n, works, 1 - works);
}

/**
 * The probability that fewer than `k` of `n` work, each failing with probability `fails`. It is
 * 1 - kOfN, with all digits where little fails: 1 - 0.999999999999 has four left.
 */
export function kOfNFailure(k: number, n: number, fails: number): number {
  checkGroup(k, n);
  checkProbability("unreliability", fails);
  return atLeast(n - k + 1, n, fails, 1 - fails);
}

/**
 * The probability that not all of `k` fail, each failing with probability `fails`: 1 - f^k, as for
 * messages that are sent k times.
 */
export function notAllFail(fails: number, k: number): number {
  checkGroup(k, k);
  checkProbability("failure probability", fails);
  return Math.abs(Math.expm1(k * Math.log(fails)));
}

/**
 * The mean time to failure, in hours, of a group of `n` of which `k` are needed, all working from
 * the start, none repaired: with i left the next failure comes after 1 / (i rate), so it is the
 * harmonic sum of 1 / (i rate) for i from k to n (Trivedi, section 4.6). For 2 of 3 that is 5/6 of
 * one alone: redundancy without repair buys short missions, not long lives.
 */
export function kOfNMttf(k: number, n: number, ratePerHour: number): number {
  checkGroup(k, n);
  checkRate("failure rate", ratePerHour);
  let sum = 0;
  for (let left = n; left >= k; left -= 1) sum += 1 / left;
  return sum / ratePerHour;
}

function atLeast(k: number, n: number, yes: number, no: number): number {
  let sum = 0;
  for (let count = n; count >= k; count -= 1) sum += exactly(count, n, yes, no);
  return Math.min(1, sum);
}

/**
 * C(n, count) yes^count no^(n - count). The products rise before they fall, so none on the way is
 * smaller than both the first and the last: nothing underflows that the result does not.
 */
function exactly(count: number, n: number, yes: number, no: number): number {
  let term = 1;
  for (let i = 1; i <= count; i += 1) term *= ((n - count + i) / i) * yes;
  for (let i = count; i < n; i += 1) term *= no;
  return term;
}
