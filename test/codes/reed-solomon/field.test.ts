/** CODE-7: the field under the Reed-Solomon codes, all of its products. */
import { describe, expect, it } from "vitest";
import { inverse, logarithm, multiply, powerOfTwo } from "../../../src/codes/reed-solomon/field.js";
import { naiveProduct } from "./naive-field.js";

const elements = Array.from({ length: 256 }, (_, element) => element);

describe("CODE-7: GF(256)", () => {
  it("multiplies as polynomials do", () => {
    for (const left of elements) {
      for (const right of elements) {
        if (multiply(left, right) !== naiveProduct(left, right)) expect.fail(`${left} ${right}`);
      }
    }
  });

  it("has an inverse of each element but zero", () => {
    for (const element of elements.slice(1)) expect(multiply(element, inverse(element))).toBe(1);
  });

  it("comes to every element but zero by powers of two, once", () => {
    expect(new Set(elements.slice(1).map((exponent) => powerOfTwo(exponent))).size).toBe(255);
  });

  it("has a logarithm of each element but zero", () => {
    for (const element of elements.slice(1)) expect(powerOfTwo(logarithm(element))).toBe(element);
  });
});
