/**
 * A polynomial over GF(256) of a degree below k is known by its values at any k points, and so is
 * its value at each other point: that is the view of Reed and Solomon (1960), and Lagrange's
 * formula does it. Byte b of shard i is the value at i of the polynomial of byte b.
 *
 * The usual way is by matrices, Vandermonde's (r to the c) times the inverse of its own top square.
 * That product has just these factors: its top square takes values at 0 to k - 1 to coefficients,
 * and each row of Vandermonde's takes coefficients to a value. The factors take k steps each to
 * find, and no matrix is inverted, which took seconds for the largest codes.
 */
import { logarithm, powerOfTwo } from "./field.js";

/** What each value at a known point is multiplied by for the value at a wanted one. */
export interface Factors {
  readonly wanted: number;
  readonly known: number;
  /** Those of the first wanted point first. */
  readonly elements: Uint8Array;
}

/** All points are different, from 0 to 255. */
export function interpolate(known: readonly number[], wanted: readonly number[]): Factors {
  const elements = new Uint8Array(wanted.length * known.length);
  const spans = known.map((point) => logarithmOfSpan(known, point));
  let at = 0;
  for (const point of wanted) {
    const span = logarithmOfSpan(known, point);
    for (const [index, source] of known.entries()) {
      // A distance is an XOR, and is not 0, for the points differ. A logarithm is below 255.
      const own = logarithm(point ^ source) + (spans[index] as number);
      elements[at] = powerOfTwo(span + 2 * 255 - own);
      at += 1;
    }
  }
  return { wanted: wanted.length, known: known.length, elements };
}

export function factorAt(factors: Factors, wanted: number, known: number): number {
  return factors.elements[wanted * factors.known + known] as number;
}

/** The logarithm of the product of a point's distances to all known points but itself. */
function logarithmOfSpan(known: readonly number[], point: number): number {
  let sum = 0;
  for (const other of known) if (other !== point) sum += logarithm(other ^ point);
  return sum % 255;
}
