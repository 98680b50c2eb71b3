import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  countLate,
  lateClass,
  lateClassEnd,
  lateClasses,
  lateQuantile,
} from "../../../src/host/lanes/late-counts.js";

const longest = 2 ** 24 - 1;

describe("counts of lateness", () => {
  it("have a class for every microsecond to 64, and for all beyond 17 s", () => {
    for (let late = 0; late < 64; late += 1) expect(lateClass(late)).toBe(late);
    expect(lateClass(longest)).toBe(lateClasses - 1);
    expect(lateClass(longest * 1_000)).toBe(lateClasses - 1);
  });

  it("put a value in the class whose bound is at most 6 % above it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: longest }), (late) => {
        const end = lateClassEnd(lateClass(late));
        expect(end).toBeGreaterThanOrEqual(late);
        expect(end).toBeLessThanOrEqual(late * 1.0625);
        if (lateClass(late) > 0) expect(lateClassEnd(lateClass(late) - 1)).toBeLessThan(late);
      }),
    );
  });

  it("give the quantiles that a sorted list gives, to the class", () => {
    const lates = fc.array(fc.integer({ min: 0, max: 200_000 }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(lates, fc.constantFrom(0.01, 0.5, 0.99, 1), (values, fraction) => {
        const counts = new Int32Array(lateClasses);
        for (const late of values) countLate(counts, late);
        const sorted = [...values].sort((one, other) => one - other);
        const exact = sorted[Math.max(0, Math.ceil(fraction * values.length) - 1)] ?? 0;
        expect(lateQuantile([...counts], fraction)).toBe(lateClassEnd(lateClass(exact)));
      }),
    );
    expect(lateQuantile(new Array<number>(lateClasses).fill(0), 0.5)).toBeNull();
  });

  it("halve when one is full, and keep their quantiles", () => {
    const counts = new Int32Array(lateClasses);
    counts[10] = 0x7ffffffe;
    counts[20] = 0x40000000;
    countLate(counts, 10);
    expect([counts[10], counts[20]]).toEqual([0x3fffffff, 0x20000000]);
    expect(lateQuantile([...counts], 0.5)).toBe(10);
  });
});
