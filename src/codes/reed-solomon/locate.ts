/**
 * Berlekamp and Massey's algorithm: the shortest locator that explains the syndromes (Massey,
 * "Shift-register synthesis and BCH decoding", 1969), begun from the erasures as Blahut does (1983,
 * section 9.1).
 *
 * The locator is the product of (1 - location x) over all wrong places, the location of a place
 * being 2 to its exponent. The syndromes are the output of a shift register with it for feedback;
 * where the register that is known so far foretells the next syndrome wrongly, by the discrepancy,
 * a multiple of an earlier register that failed as well puts it right.
 */
import { inverse, multiply, powerOfTwo } from "./field.js";
import { multiplyPolynomials } from "./polynomial.js";

/**
 * The locator, power 0 first and no zeros at its end; null if more would be wrong than the
 * syndromes can tell.
 *
 * @param erasures exponents of places that count as wrong from the start.
 */
export function locate(
  syndromes: readonly number[],
  erasures: readonly number[],
): readonly number[] | null {
  if (erasures.length > syndromes.length) return null;
  let locator: readonly number[] = [1];
  for (const exponent of erasures) {
    locator = multiplyPolynomials(locator, [1, powerOfTwo(exponent)]);
  }
  let length = erasures.length;
  let earlier = locator;
  for (let step = erasures.length; step < syndromes.length; step += 1) {
    const discrepancy = discrepancyAt(step, syndromes, locator);
    earlier = [0, ...earlier];
    if (discrepancy === 0) continue;
    const better = addScaled(locator, earlier, discrepancy);
    if (2 * length <= step + erasures.length) {
      length = step + 1 + erasures.length - length;
      earlier = locator.map((term) => multiply(term, inverse(discrepancy)));
    }
    locator = better;
  }
  const trimmed = withoutZeros(locator);
  const errors = trimmed.length - 1 - erasures.length;
  // A register longer than its polynomial shows that no places of a word do.
  if (trimmed.length - 1 !== length) return null;
  return 2 * errors + erasures.length > syndromes.length ? null : trimmed;
}

function discrepancyAt(
  step: number,
  syndromes: readonly number[],
  locator: readonly number[],
): number {
  return locator.reduce((sum, term, at) => sum ^ multiply(term, syndromes[step - at] ?? 0), 0);
}

function addScaled(
  left: readonly number[],
  right: readonly number[],
  factor: number,
): readonly number[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, at) => {
    return (left[at] ?? 0) ^ multiply(factor, right[at] ?? 0);
  });
}

function withoutZeros(polynomial: readonly number[]): readonly number[] {
  return polynomial.slice(0, polynomial.findLastIndex((term) => term !== 0) + 1);
}
