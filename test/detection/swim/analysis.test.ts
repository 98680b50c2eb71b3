/** The closed forms against the published tables, to their printed digits (SWIM-16). */
import { describe, expect, it } from "vitest";
import {
  failedProbeProbability,
  falsePositiveProbability,
  firstDetectionLimit,
  firstDetectionPeriods,
  loadRatios,
  meanLoadPerPeriodMax,
  optimalLoad,
  relaysNeeded,
  roundRobinPeriodsMax,
  worstLoadPerPeriod,
} from "../../../src/detection/swim/analysis.js";
import {
  disseminationPeriods,
  expectedInfected,
  expectedMissing,
  retransmits,
} from "../../../src/detection/swim/dissemination.js";
import { UsageError } from "../../../src/kernel/assert.js";
import { readOracle } from "../../support/oracles.js";

interface Swim {
  readonly firstDetectionPeriods: {
    readonly rows: readonly { readonly n: number; readonly exactUniformAmongOthers: number }[];
  };
  readonly falsePositive: {
    readonly rows: readonly { pml: number; qf: number; k: number; PM: number }[];
  };
  readonly kNeeded: readonly { pml: number; PM: number; k: number; kCeil: number }[];
  readonly loadRatio: {
    readonly rows: readonly {
      readonly pml: number;
      readonly PM: number;
      readonly k: number;
      readonly Lstar: number;
      readonly "Lworst/Lstar": number;
      readonly "ELbound/Lstar": number;
    }[];
    readonly maxWorst: number;
    readonly maxE: number;
  };
  readonly dissemination: {
    readonly rows: readonly { n: number; lambda: number; t: number; expectedMissing: number }[];
  };
  readonly memberlist: { readonly "retransmitLimit(mult=3)": Readonly<Record<string, number>> };
}
const published = readOracle<Swim>("swim.json");

/** Half a unit of the last digit, of so many decimal places. */
const printed = (places: number): number => 0.5 * 10 ** -places + 1e-12;

/** Off by at most half a unit of the sixth digit that counts. */
const sixDigits = (value: number): number => value * 5e-6;

const near = (value: number, expected: number, tolerance: number): void =>
  expect(Math.abs(value - expected)).toBeLessThanOrEqual(tolerance);

describe.skipIf(published === null)("the published tables", () => {
  it("first detection, for finite groups", () => {
    for (const row of published?.firstDetectionPeriods.rows ?? []) {
      near(firstDetectionPeriods(row.n), row.exactUniformAmongOthers, printed(5));
    }
  });

  it("false positives within a period of detection", () => {
    for (const { pml: loss, qf: live, k, PM } of published?.falsePositive.rows ?? []) {
      near(falsePositiveProbability({ loss, live }, k), PM, sixDigits(PM));
    }
  });

  it("relays that a probability needs, exactly and rounded up", () => {
    for (const { pml: loss, PM, k, kCeil } of published?.kNeeded ?? []) {
      const needed = relaysNeeded({ loss }, PM);
      near(needed.exact, k, printed(3));
      expect(needed.whole).toBe(kCeil);
    }
  });

  it("optimal load, and the worst and mean load over it", () => {
    for (const row of published?.loadRatio.rows ?? []) {
      const conditions = { loss: row.pml };
      const ratios = loadRatios(conditions, row.PM);
      near(relaysNeeded(conditions, row.PM).exact, row.k, printed(2));
      near(optimalLoad(conditions, row.PM), row.Lstar, printed(3));
      near(ratios.worst, row["Lworst/Lstar"], printed(2));
      near(ratios.mean, row["ELbound/Lstar"], printed(2));
    }
  });

  it("the ratios stay below 28 and 8 up to 15 % of loss", () => {
    const rows = published?.loadRatio.rows ?? [];
    const ratios = rows.map(({ pml: loss, PM }) => loadRatios({ loss }, PM));
    const worst = Math.max(...ratios.map((each) => each.worst));
    const mean = Math.max(...ratios.map((each) => each.mean));
    near(worst, published?.loadRatio.maxWorst ?? 0, printed(2));
    near(mean, published?.loadRatio.maxE ?? 0, printed(2));
    expect([worst < 28, mean < 8]).toEqual([true, true]);
  });

  it("who has missed a claim after lambda ln n periods", () => {
    for (const { n, lambda, t, expectedMissing: missing } of published?.dissemination.rows ?? []) {
      near(disseminationPeriods(n, lambda), t, printed(2));
      near(expectedMissing(n, lambda), missing, missing * 0.5e-1);
    }
  });

  it("memberlist's retransmissions", () => {
    const rows = Object.entries(published?.memberlist["retransmitLimit(mult=3)"] ?? {});
    expect(rows.length).toBeGreaterThan(0);
    for (const [members, times] of rows) expect(retransmits(Number(members), 3)).toBe(times);
  });
});

describe("what the closed forms say (SWIM-16)", () => {
  it("detection takes longer in larger groups, up to e/(e - 1) periods", () => {
    const waits = [2, 3, 10, 100, 10_000].map(firstDetectionPeriods);
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(firstDetectionLimit()).toBeCloseTo(Math.E / (Math.E - 1), 12);
    expect(firstDetectionPeriods(1_000_000)).toBeCloseTo(firstDetectionLimit(), 5);
    expect(firstDetectionLimit(0.5)).toBeGreaterThan(firstDetectionLimit(1));
    expect(roundRobinPeriodsMax(10)).toBe(19);
  });

  it("without loss nothing fails, and a relay more never harms", () => {
    expect(failedProbeProbability({ loss: 0 }, 0)).toBe(0);
    for (const loss of [0.01, 0.3, 0.9]) {
      const failures = [0, 1, 2, 5].map((relays) => failedProbeProbability({ loss }, relays));
      expect(failures).toEqual([...failures].sort((a, b) => b - a));
    }
  });

  it("as many relays as are needed are enough, and one fewer are not", () => {
    for (const loss of [0.02, 0.1, 0.25]) {
      for (const wanted of [1e-2, 1e-5, 1e-9]) {
        const { exact, whole } = relaysNeeded({ loss }, wanted);
        expect(falsePositiveProbability({ loss }, whole)).toBeLessThanOrEqual(wanted);
        expect(falsePositiveProbability({ loss }, whole - 1)).toBeGreaterThan(wanted);
        expect(falsePositiveProbability({ loss }, exact)).toBeCloseTo(wanted, 12);
      }
    }
    expect(relaysNeeded({ loss: 1e-6 }, 0.1).whole).toBe(0);
  });

  it("with members that have failed, this bound of the mean load is no longer below 8", () => {
    const greatest = (live: number) => {
      const all = [1e-3, 1e-6, 1e-9, 1e-12].map((PM) => loadRatios({ loss: 0.15, live }, PM));
      return [Math.max(...all.map((r) => r.worst)), Math.max(...all.map((r) => r.mean))] as const;
    };
    // As the notes of the oracle have it, which do not say for what PM(T).
    for (const [live, worst, mean] of [
      [0.95, 17.7, 5.9],
      [0.85, 22.1, 8.7],
    ] as const) {
      near(greatest(live)[0], worst, printed(1));
      near(greatest(live)[1], mean, printed(1));
    }
  });

  it("loads", () => {
    expect([worstLoadPerPeriod(0), worstLoadPerPeriod(3)]).toEqual([2, 14]);
    expect(meanLoadPerPeriodMax({ loss: 0 }, 3)).toBe(2);
    expect(meanLoadPerPeriodMax({ loss: 0.5 }, 1)).toBe(5);
  });

  it("an epidemic: one at the start, all in the end, and then the missing as n grows", () => {
    expect(expectedInfected(50, 0)).toBeCloseTo(1, 12);
    expect(expectedInfected(50, 100)).toBeCloseTo(50, 9);
    for (const members of [50, 1_000, 3_000]) {
      const missing = members - expectedInfected(members, disseminationPeriods(members, 2));
      // The closed form leaves out n^(lambda / n) and a term of second order.
      const leftOut = members ** (2 / members);
      expect(missing / expectedMissing(members, 2) / leftOut).toBeGreaterThan(0.97);
      expect(missing / expectedMissing(members, 2) / leftOut).toBeLessThan(1.01);
    }
  });

  it("refuses what is no probability, no share and no group", () => {
    const wrong = [
      () => firstDetectionPeriods(1),
      () => firstDetectionPeriods(2.5),
      () => firstDetectionLimit(0),
      () => failedProbeProbability({ loss: 1 }, 0),
      () => failedProbeProbability({ loss: -0.1 }, 0),
      () => failedProbeProbability({ loss: 0.1 }, -1),
      () => failedProbeProbability({ loss: 0.1, live: 1.1 }, 1),
      () => relaysNeeded({ loss: 0 }, 0.1),
      () => relaysNeeded({ loss: 0.1 }, 0),
      () => optimalLoad({ loss: 0.1 }, 1),
      () => optimalLoad({ loss: 0 }, 0.1),
      () => roundRobinPeriodsMax(0),
      () => disseminationPeriods(0, 1),
      () => expectedMissing(10, 0),
    ];
    for (const call of wrong) expect(call).toThrow(UsageError);
  });
});
