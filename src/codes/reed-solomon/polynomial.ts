/** Polynomials over GF(256) as lists of their terms, that of the power 0 first. */
import { multiply } from "./field.js";

export function multiplyPolynomials(left: readonly number[], right: readonly number[]): number[] {
  const product = new Array<number>(left.length + right.length - 1).fill(0);
  for (const [one, factor] of left.entries()) {
    for (const [other, term] of right.entries()) {
      product[one + other] = (product[one + other] as number) ^ multiply(factor, term);
    }
  }
  return product;
}

/** The value at a point, after Horner. */
export function evaluate(polynomial: readonly number[], point: number): number {
  return polynomial.reduceRight((value, term) => multiply(value, point) ^ term, 0);
}

/** Formal: a sum of an even number of equal terms is 0, so only the odd powers are left. */
export function derivative(polynomial: readonly number[]): number[] {
  return polynomial.slice(1).map((term, power) => (power % 2 === 0 ? term : 0));
}
