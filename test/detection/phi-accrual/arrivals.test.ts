import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Arrivals, intervalsMax } from "../../../src/detection/phi-accrual/arrivals.js";
import { micros } from "../../../src/kernel/time.js";

describe("the window of intervals", () => {
  it("PHI-2: gives mean and deviation of the last intervals, as a naive model does", () => {
    const intervals = fc.array(fc.integer({ min: 0, max: 60_000_000 }), {
      minLength: 1,
      maxLength: 2 * intervalsMax + 30,
    });
    fc.assert(
      fc.property(intervals, (all) => {
        const arrivals = new Arrivals();
        for (const interval of all) arrivals.add(micros(interval));
        const last = all.slice(-intervalsMax).map(BigInt);
        const count = BigInt(last.length);
        const sum = last.reduce((total, interval) => total + interval, 0n);
        // Of whole numbers, so exact: n times the sum of squares less the square of the sum.
        const squares = last.reduce((total, interval) => total + interval * interval, 0n);
        const variance = Number(count * squares - sum * sum) / Number(count) ** 2;
        const { mean, deviation } = arrivals.spread();
        expect(arrivals.count).toBe(last.length);
        expect(Math.abs(mean - Number(sum) / last.length)).toBeLessThan(1e-3);
        expect(Math.abs(deviation - Math.sqrt(variance))).toBeLessThan(1e-3);
      }),
    );
  });

  it("PHI-2: of nothing says nothing", () => {
    expect(() => new Arrivals().spread()).toThrow("no interval");
  });
});
