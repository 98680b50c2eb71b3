/**
 * The tail against two naive evaluations: the density integrated in small steps, and the known
 * quantiles of tables (Abramowitz and Stegun, table 26.5 and 26.2).
 */
import { describe, expect, it } from "vitest";
import { logTail, tailQuantile } from "../../../src/detection/phi-accrual/normal-tail.js";

/**
 * log10 Q(z) by Simpson's rule over (z, z + 14) in 200,000 steps. The density is divided by that at
 * z, so that nothing underflows; what is beyond is less than 1e-42 of it, or of one.
 */
function integratedLogTail(z: number): number {
  const steps = 200_000;
  const step = 14 / steps;
  const ratio = (x: number) => Math.exp(-x * (z + x / 2));
  let sum = ratio(0) + ratio(14);
  for (let at = 1; at < steps; at += 1) sum += ratio(at * step) * (at % 2 === 1 ? 4 : 2);
  const area = (sum * step) / 3;
  return Math.log10(area) - (z * z) / 2 / Math.LN10 - Math.log10(2 * Math.PI) / 2;
}

describe("the tail of the normal distribution", () => {
  it("PHI-4: is that of the density integrated, near and far out", () => {
    for (const z of [-4, -2, -1, -0.5, 0, 0.3, 1, 2, 2.49, 2.5, 2.51, 3, 4, 6, 10, 20, 37, 39]) {
      const expected = integratedLogTail(z);
      const error = Math.abs(logTail(z) - expected);
      expect(error).toBeLessThan(2e-12 * Math.max(1, Math.abs(expected)));
    }
  });

  it("PHI-4: has the published values", () => {
    expect(logTail(0)).toBeCloseTo(Math.log10(0.5), 14);
    expect(10 ** logTail(1)).toBeCloseTo(0.15865525393145707, 14);
    expect(10 ** logTail(1.959963984540054)).toBeCloseTo(0.025, 14);
    expect(10 ** logTail(3) / 1.3498980316300946e-3).toBeCloseTo(1, 12);
    expect(10 ** logTail(5) / 2.866515718791939e-7).toBeCloseTo(1, 12);
    expect(10 ** logTail(10) / 7.619853024160527e-24).toBeCloseTo(1, 11);
  });

  it("PHI-4: falls all the way, also where the two ways of computing it meet", () => {
    for (let z = -5; z < 40; z += 0.001) expect(logTail(z + 0.001)).toBeLessThanOrEqual(logTail(z));
    expect(logTail(2.5 + 1e-9) - logTail(2.5)).toBeCloseTo(0, 8);
  });
});

describe("the quantile of a level", () => {
  it("PHI-5: is the inverse of the tail", () => {
    for (const level of [0.01, 0.1, 0.301, 0.5, 1, 2, 3, 5, 8, 12, 16, 50, 300, 1_000]) {
      expect(-logTail(tailQuantile(level)) / level).toBeCloseTo(1, 11);
    }
  });

  it("PHI-5: has the published values", () => {
    expect(tailQuantile(1)).toBeCloseTo(1.2815515655446004, 12);
    expect(tailQuantile(2)).toBeCloseTo(2.3263478740408408, 12);
    expect(tailQuantile(3)).toBeCloseTo(3.090232306167813, 12);
    expect(tailQuantile(8)).toBeCloseTo(5.612001244174789, 11);
  });

  it("PHI-5: beyond all use it stays where it is; below it is a bug", () => {
    expect(tailQuantile(1e9)).toBe(tailQuantile(2_000));
    expect(() => tailQuantile(0)).toThrow("no level");
  });
});
