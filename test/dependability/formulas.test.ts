import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { availability, groupAvailability } from "../../src/dependability/availability.js";
import { kOfNWithCommonCause, splitByBeta } from "../../src/dependability/beta-factor.js";
import {
  mttfOfRate,
  rateOfFit,
  rateOfMttf,
  reliability,
  unreliability,
} from "../../src/dependability/component.js";
import {
  kOfN,
  kOfNFailure,
  kOfNMttf,
  notAllFail,
  parallel,
  series,
} from "../../src/dependability/groups.js";
import {
  duplex,
  nmr,
  nmrWithVoters,
  tmr,
  tmrCrossover,
  tmrCrossoverHours,
  tmrMttf,
} from "../../src/dependability/modular-redundancy.js";
import { standbyMttf, standbyReliability } from "../../src/dependability/standby.js";
import { UsageError } from "../../src/kernel/assert.js";
import { readOracle } from "../support/oracles.js";
import { exactAtLeast, relative } from "./naive.js";

const probability = fc.double({ min: 0, max: 1, noNaN: true });
const group = fc
  .integer({ min: 1, max: 64 })
  .chain((n) => fc.tuple(fc.integer({ min: 1, max: n }), fc.constant(n)));

describe("one part (DEP-1)", () => {
  it("survives by the exponential law", () => {
    expect(reliability(0.001, 0)).toBe(1);
    expect(reliability(0, 1e9)).toBe(1);
    expect(reliability(0.001, 1_000)).toBeCloseTo(0.367879441, 9);
    expect(unreliability(0.001, 1_000)).toBeCloseTo(1 - 0.367879441, 9);
  });

  it("has its rate from an MTTF or from FIT", () => {
    expect(rateOfMttf(10_000)).toBe(1e-4);
    expect(mttfOfRate(1e-4)).toBe(10_000);
    expect(rateOfFit(500)).toBe(5e-7);
    expect(mttfOfRate(rateOfFit(100))).toBeCloseTo(1e7, 3);
    expect(mttfOfRate(0)).toBe(Number.POSITIVE_INFINITY);
  });

  it("fails with all digits, also in a second (DEP-3)", () => {
    expect(relative(unreliability(1e-9, 1 / 3_600), 1e-9 / 3_600)).toBeLessThan(1e-12);
    expect(Object.is(unreliability(0, 5), 0)).toBe(true);
  });
});

describe("groups (DEP-2)", () => {
  it("series needs all, parallel one; of none there is nothing to fail and nothing to work", () => {
    expect(series([0.9, 0.8])).toBeCloseTo(0.72, 15);
    expect(parallel([0.9, 0.8])).toBeCloseTo(0.98, 15);
    expect([series([]), parallel([])]).toEqual([1, 0]);
  });

  it("k of n is the exact fraction, to 10^-13 of it", () => {
    const fraction = fc.integer({ min: 0, max: 1_024 });
    fc.assert(
      fc.property(group, fraction, ([k, n], numerator) => {
        const exact = exactAtLeast(k, n, BigInt(numerator), 1_024n);
        expect(relative(kOfN(k, n, numerator / 1_024), exact)).toBeLessThan(1e-13);
      }),
    );
  });

  it("so is its failure, also where hardly anything fails (DEP-3)", () => {
    const denominator = 2n ** 40n;
    fc.assert(
      fc.property(group, fc.integer({ min: 0, max: 1_000 }), ([k, n], numerator) => {
        const exact = exactAtLeast(n - k + 1, n, BigInt(numerator), denominator);
        // Below that a double itself has fewer digits.
        fc.pre(exact === 0 || exact > 1e-290);
        const failure = kOfNFailure(k, n, numerator / Number(denominator));
        expect(relative(failure, exact)).toBeLessThan(1e-13);
      }),
    );
    // 1 - kOfN would have no digit left.
    expect(relative(kOfNFailure(2, 3, 1e-10), 3e-20)).toBeLessThan(1e-9);
  });

  it("1 of n is parallel, n of n is series, and better parts are never worse", () => {
    fc.assert(
      fc.property(group, probability, probability, ([k, n], one, other) => {
        const parts = new Array<number>(n).fill(one);
        expect(kOfN(1, n, one)).toBeCloseTo(parallel(parts), 12);
        expect(kOfN(n, n, one)).toBeCloseTo(series(parts), 12);
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        expect(kOfN(k, n, low)).toBeLessThanOrEqual(kOfN(k, n, high) + 1e-15);
        if (k > 1) expect(kOfN(k, n, one)).toBeLessThanOrEqual(kOfN(k - 1, n, one) + 1e-15);
      }),
    );
  });

  it("not all of k messages are lost: 1 - f^k", () => {
    expect(notAllFail(0.1, 1)).toBeCloseTo(0.9, 15);
    expect(notAllFail(0.1, 3)).toBeCloseTo(0.999, 15);
    expect([notAllFail(0, 4), notAllFail(1, 4)]).toEqual([1, 0]);
  });

  it("lasts the harmonic sum", () => {
    expect(kOfNMttf(1, 1, 0.01)).toBeCloseTo(100, 10);
    expect(kOfNMttf(1, 2, 0.01)).toBeCloseTo(150, 10);
    expect(kOfNMttf(2, 3, 0.01)).toBeCloseTo(500 / 6, 10);
    expect(kOfNMttf(3, 3, 0.01)).toBeCloseTo(100 / 3, 10);
  });
});

interface Numeric {
  readonly voters: { readonly tmrReliability: { readonly cases: readonly [number, number][] } };
}
const published = readOracle<Numeric>("numeric.json");

describe("modules behind a voter (DEP-4)", () => {
  it.skipIf(published === null)("TMR has the published values", () => {
    for (const [module, expected] of published?.voters.tmrReliability.cases ?? []) {
      expect(tmr(module)).toBeCloseTo(expected, 12);
    }
  });

  it("TMR is 3R^2 - 2R^3, worse than one below 0.5 and better above (Johnson, section 4.2)", () => {
    fc.assert(
      fc.property(probability, (module) => {
        expect(tmr(module)).toBeCloseTo(3 * module ** 2 - 2 * module ** 3, 12);
      }),
    );
    expect(tmr(tmrCrossover)).toBeCloseTo(tmrCrossover, 15);
    expect(tmr(0.51)).toBeGreaterThan(0.51);
    expect(tmr(0.49)).toBeLessThan(0.49);
  });

  it("crosses over after MTTF ln 2, and lasts 5/6 of one module", () => {
    const hours = tmrCrossoverHours(1_000);
    expect(hours).toBeCloseTo(693.147, 3);
    expect(tmr(reliability(1e-3, hours))).toBeCloseTo(reliability(1e-3, hours), 12);
    expect(tmrMttf(1_200)).toBeCloseTo(1_000, 9);
    expect(tmrMttf(1_200)).toBeCloseTo(kOfNMttf(2, 3, 1 / 1_200), 9);
  });

  it("one voter is in series; with one in each lane it can be outvoted", () => {
    expect(nmr(3, 0.95, 0.9)).toBeCloseTo(0.9 * tmr(0.95), 12);
    expect(nmr(5, 0.9, 1)).toBeCloseTo(0.99144, 12);
    expect(nmr(1, 0.95, 1)).toBe(0.95);
    // An even number needs one more, and is worse than the odd number below it.
    expect(nmr(4, 0.9, 1)).toBeLessThan(nmr(3, 0.9, 1));
    expect(nmrWithVoters(3, 0.95, 0.99, 4)).toBeCloseTo(tmr(0.95 * 0.99) ** 4, 12);
    expect(nmrWithVoters(3, 0.95, 0.99, 4)).toBeGreaterThan(nmr(3, 0.95, 0.99) ** 4);
  });
});

describe("spares and duplex (DEP-5)", () => {
  const standby = { spares: 1, failureRatePerHour: 0.01, coverage: 1, switchReliability: 1 };

  it("a perfect cold spare doubles the mean time; none is a part alone", () => {
    expect(standbyMttf(standby)).toBeCloseTo(200, 10);
    expect(standbyReliability(standby, 100)).toBeCloseTo(2 / Math.E, 12);
    expect(standbyReliability({ ...standby, spares: 0 }, 100)).toBeCloseTo(1 / Math.E, 12);
  });

  it("coverage and switch count for each spare: ten at 0.9 bring less than ten parts", () => {
    const poor = { ...standby, coverage: 0.9, switchReliability: 0.5 };
    expect(standbyMttf(poor)).toBeCloseTo(145, 10);
    expect(standbyReliability(poor, 100)).toBeCloseTo(1.45 / Math.E, 12);
    expect(standbyMttf({ ...standby, spares: 10, coverage: 0.9 })).toBeLessThan(700);
    expect(standbyMttf({ ...standby, spares: 1, coverage: 0 })).toBeCloseTo(100, 10);
  });

  it("the area under the reliability is the mean time", () => {
    const some = { ...standby, spares: 3, coverage: 0.8, switchReliability: 0.95 };
    let area = 0;
    for (let hour = 0.5; hour < 5_000; hour += 1) area += standbyReliability(some, hour);
    expect(relative(area, standbyMttf(some))).toBeLessThan(1e-5);
  });

  it("a duplex without coverage is a series, with it parallel", () => {
    expect(duplex(0.9, 0, 1)).toBeCloseTo(0.81, 15);
    expect(duplex(0.9, 1, 1)).toBeCloseTo(0.99, 15);
    expect(duplex(0.9, 0.5, 0.9)).toBeCloseTo(0.81, 15);
  });
});

describe("availability (DEP-6)", () => {
  it("of one part is MTTF / (MTTF + MTTR)", () => {
    expect(availability(999, 1)).toBeCloseTo(0.999, 15);
    expect(availability(Number.POSITIVE_INFINITY, 5)).toBe(1);
  });

  it("of a group with a crew for each is k of n of it; with one crew it is less", () => {
    const times = fc.double({ min: 1, max: 1e5, noNaN: true });
    fc.assert(
      fc.property(group, times, times, ([k, n], mttfHours, mttrHours) => {
        const repaired = { k, n, mttfHours, mttrHours, crews: n };
        const independent = groupAvailability(repaired);
        expect(independent).toBeCloseTo(kOfN(k, n, availability(mttfHours, mttrHours)), 10);
        const alone = groupAvailability({ ...repaired, crews: 1 });
        expect(alone).toBeLessThanOrEqual(independent + 1e-12);
      }),
    );
  });

  it("of one of two with one crew is that of the textbook (Trivedi, example 8.6)", () => {
    const one = { k: 1, n: 2, mttfHours: 100, mttrHours: 10, crews: 1 };
    const rho = 0.1;
    expect(groupAvailability(one)).toBeCloseTo((1 + 2 * rho) / (1 + 2 * rho + 2 * rho * rho), 14);
  });
});

describe("common cause (DEP-7)", () => {
  it("is a share of the rate", () => {
    const { ownPerHour, commonPerHour } = splitByBeta(1e-3, 0.1);
    expect([ownPerHour, commonPerHour]).toEqual([expect.closeTo(9e-4, 15), 1e-4]);
  });

  it("a beta of 0 is independence, of 1 a single part, and all between is between", () => {
    const at = (beta: number) => kOfNWithCommonCause(2, 3, splitByBeta(1e-3, beta), 100);
    const one = reliability(1e-3, 100);
    expect(at(0)).toBeCloseTo(tmr(one), 12);
    expect(at(1)).toBeCloseTo(one, 12);
    expect(at(0.1)).toBeLessThan(at(0.05));
    // However many there are: beta bounds it.
    expect(kOfNWithCommonCause(1, 64, splitByBeta(1e-3, 0.1), 100)).toBeLessThan(
      reliability(1e-4, 100) + 1e-15,
    );
  });
});

describe("numbers that cannot be (DEP-8)", () => {
  it.each<[string, () => unknown, RegExp]>([
    ["a probability above 1", () => kOfN(1, 2, 1.1), /reliability: expected a probability/],
    ["no number", () => series([0.9, Number.NaN]), /expected a probability from 0 to 1, got NaN/],
    ["more needed than there are", () => kOfN(4, 3, 0.9), /k: expected a whole number from 1 to 3/],
    ["none needed", () => kOfN(0, 3, 0.9), /k: expected/],
    ["too many", () => kOfN(1, 65, 0.9), /n: expected a whole number from 1 to 64, got 65/],
    ["a negative rate", () => reliability(-1, 1), /failure rate: expected a rate per hour/],
    ["a negative time", () => reliability(1, -1), /time: expected a time in hours/],
    ["a mean time of 0", () => rateOfMttf(0), /MTTF: expected a mean time in hours above 0/],
    ["half a crew", () => groupAvailability({ ...repaired, crews: 0.5 }), /crews: expected/],
    ["a beta of 2", () => splitByBeta(1, 2), /beta: expected a probability/],
    ["no stage", () => nmrWithVoters(3, 0.9, 0.9, 0), /stages: expected/],
    ["a coverage below 0", () => duplex(0.9, -0.1, 1), /coverage: expected/],
  ])("%s: refused", (_, call, message) => {
    expect(call).toThrow(UsageError);
    expect(call).toThrow(message);
  });

  const repaired = { k: 2, n: 3, mttfHours: 1, mttrHours: 1, crews: 1 };
});
