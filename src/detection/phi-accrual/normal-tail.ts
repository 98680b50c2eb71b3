/**
 * The upper tail of the normal distribution, Q(z) = P(Z > z), far out where 1 - F(z) is nothing but
 * rounding, and its inverse.
 *
 * Up to z = 2.5 the distribution function by its power series (Abramowitz and Stegun 26.2.11);
 * above, the continued fraction of the tail (26.2.14), evaluated from a fixed depth. For z from
 * -5 to 40 the logarithm is wrong by less than 2e-12, in parts of itself where it is below -1: far
 * less than a microsecond of any silence. The test compares it with the density integrated in small
 * steps.
 */
import { assert } from "../../kernel/assert.js";

const log10 = (x: number): number => Math.log(x) / Math.LN10;
const lnRootTwoPi = Math.log(2 * Math.PI) / 2;

/** Further out, what the series leaves of one half is mostly rounding. */
const seriesMax = 2.5;
const seriesTerms = 200;
const fractionDepth = 200;

/** log10 of the probability that a standard normal variable is above `z`; z from -8 to 1,000. */
export function logTail(z: number): number {
  if (z <= seriesMax) return log10(0.5 - central(z));
  let fraction = z;
  for (let depth = fractionDepth; depth > 0; depth -= 1) fraction = z + depth / fraction;
  return -(z * z) / 2 / Math.LN10 - (lnRootTwoPi + Math.log(fraction)) / Math.LN10;
}

/** P(0 < Z < z), negative below 0: phi(z) (z + z^3/3 + z^5/(3 5) + ...). */
function central(z: number): number {
  let term = z;
  let sum = z;
  for (let count = 1; count < seriesTerms; count += 1) {
    term *= (z * z) / (2 * count + 1);
    sum += term;
  }
  return sum * Math.exp(-(z * z) / 2 - lnRootTwoPi);
}

/**
 * The z at which log10 Q(z) is -`level`: how many standard deviations above the mean a silence must
 * be to have that phi. By bisection, as it is needed once for a detector. A level beyond all use,
 * of more than 1,390, counts as that.
 *
 * @param level more than 0
 */
export function tailQuantile(level: number): number {
  assert(level > 0, `no level of phi: ${level}`);
  let low = -8;
  let high = 80;
  // The interval is halved below the distance of two doubles of its size.
  for (let halving = 0; halving < 60; halving += 1) {
    const middle = (low + high) / 2;
    if (-logTail(middle) < level) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
