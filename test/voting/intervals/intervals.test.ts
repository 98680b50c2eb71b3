/** The algorithms on intervals: published cases, and every few small intervals point by point. */
import { describe, expect, it } from "vitest";
import { BrooksIyengar } from "../../../src/voting/intervals/brooks-iyengar.js";
import { Edges } from "../../../src/voting/intervals/edges.js";
import { Fusion } from "../../../src/voting/intervals/fusion.js";
import { marzullo } from "../../../src/voting/intervals/marzullo.js";
import { NtpSelection } from "../../../src/voting/intervals/ntp-select.js";
import { readOracle } from "../../support/oracles.js";
import {
  covering,
  type NaiveInterval,
  naiveBrooksIyengar,
  naiveFusion,
  naiveNtp,
} from "../naive-voters.js";

type Pair = readonly [number, number];

const columns = (pairs: readonly Pair[]) => ({
  lows: Float64Array.from(pairs.map(([low]) => low)),
  highs: Float64Array.from(pairs.map(([, high]) => high)),
});

function edgesFrom(pairs: readonly Pair[]): Edges {
  const { lows, highs } = columns(pairs);
  return Edges.of(lows, highs, pairs.length);
}

function marzulloOf(pairs: readonly Pair[]) {
  const { lows, highs } = columns(pairs);
  return marzullo(lows, highs, pairs.length);
}

function ntpOf(pairs: readonly Pair[]) {
  const selection = new NtpSelection();
  if (!selection.find(edgesFrom(pairs))) return null;
  const { low, high, falsetickersAllowed } = selection;
  return { low, high, allowed: falsetickersAllowed };
}

function fusionOf(pairs: readonly Pair[], coverageMin: number): NaiveInterval | null {
  const fusion = new Fusion();
  const edges = edgesFrom(pairs);
  if (!fusion.find(edges, coverageMin)) return null;
  return { low: edges.lows[fusion.lowAt] ?? NaN, high: edges.highs[fusion.highAt] ?? NaN };
}

interface Oracle {
  readonly marzullo: {
    readonly cases: readonly {
      readonly intervals: readonly Pair[];
      readonly sources: number;
      readonly best: Pair;
    }[];
  };
  readonly brooksIyengar: {
    readonly intervals: readonly Pair[];
    readonly tau: number;
    readonly interval: Pair;
    readonly value: number;
  };
  readonly ntpIntersection: {
    readonly cases: readonly {
      readonly offsetPlusMinus: readonly Pair[];
      readonly result: { readonly falsetickersAllowed: number; readonly interval: Pair } | null;
    }[];
  };
}

const oracle = readOracle<Oracle>("numeric.json");

describe.skipIf(oracle === null)("published cases", () => {
  it.each(oracle?.marzullo.cases ?? [])("Marzullo: %j", ({ intervals, sources, best }) => {
    expect(marzulloOf(intervals)).toEqual({ low: best[0], high: best[1], sources });
  });

  it("Brooks-Iyengar: five, of which one may be wrong (INTERVAL-4)", () => {
    if (oracle === null) return;
    const { intervals, tau, interval, value } = oracle.brooksIyengar;
    const estimate = new BrooksIyengar();
    expect(estimate.find(edgesFrom(intervals), tau)).toBe(true);
    expect([estimate.low, estimate.high]).toEqual(interval);
    expect(estimate.value).toBeCloseTo(value, 12);
    expect(estimate.value).toBeCloseTo(34.15 / 13, 12);
  });

  it.each(oracle?.ntpIntersection.cases ?? [])("NTP: %j", ({ offsetPlusMinus, result }) => {
    const pairs = offsetPlusMinus.map(([at, reach]) => [at - reach, at + reach] as const);
    expect(ntpOf(pairs)).toEqual(
      result && {
        low: result.interval[0],
        high: result.interval[1],
        allowed: result.falsetickersAllowed,
      },
    );
  });
});

/** All intervals with whole ends from 0 to 4. */
const small: Pair[] = [0, 1, 2, 3, 4].flatMap((low) =>
  [0, 1, 2, 3, 4].filter((high) => high >= low).map((high) => [low, high] as const),
);

/** All multisets of one to four of them: which comes first does not matter to a model. */
function* fewIntervals(countMax: number, from = 0): Generator<Pair[]> {
  for (let first = from; first < small.length; first += 1) {
    const pair = small[first] as Pair;
    yield [pair];
    if (countMax === 1) continue;
    for (const rest of fewIntervals(countMax - 1, first)) yield [pair, ...rest];
  }
}

const asIntervals = (pairs: readonly Pair[]) => pairs.map(([low, high]) => ({ low, high }));

describe("every one to four small intervals, point by point", () => {
  const sets = [...fewIntervals(4)];
  /** Ends and what is between them: within a step nothing changes. */
  const grid = [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4];

  it("Marzullo: the lowest of the points that most cover (INTERVAL-1, INTERVAL-2)", () => {
    for (const pairs of sets) {
      const intervals = asIntervals(pairs);
      const sources = Math.max(...grid.map((point) => covering(intervals, point)));
      const low = grid.find((point) => covering(intervals, point) === sources) as number;
      const beyond = grid.find((point) => point > low && covering(intervals, point) < sources);
      const last = grid.filter((point) => point < (beyond ?? 5)).at(-1);
      expect(marzulloOf(pairs), JSON.stringify(pairs)).toEqual({ low, high: last, sources });
    }
  });

  it("fusion: from the first to the last point that so many cover (INTERVAL-3)", () => {
    for (const pairs of sets) {
      for (let coverageMin = 1; coverageMin <= pairs.length; coverageMin += 1) {
        const fused = fusionOf(pairs, coverageMin);
        expect(fused).toEqual(naiveFusion(asIntervals(pairs), coverageMin));
        // Wherever the truth is, while all but a minority hold it, it is in there.
        const truths = grid.filter((point) => covering(asIntervals(pairs), point) >= coverageMin);
        for (const truth of truths) expect(covering(fused ? [fused] : [], truth)).toBe(1);
      }
    }
  });

  it("Brooks-Iyengar: regions by how many cover them (INTERVAL-4)", () => {
    const estimate = new BrooksIyengar();
    for (const pairs of sets) {
      for (let faults = 0; faults < pairs.length; faults += 1) {
        const naive = naiveBrooksIyengar(asIntervals(pairs), pairs.length - faults);
        expect(estimate.find(edgesFrom(pairs), faults)).toBe(!Number.isNaN(naive.value));
        expect([estimate.low, estimate.high]).toEqual([naive.low, naive.high]);
        // Where there is none, the ends have said so already.
        if (Number.isNaN(naive.value)) expect(estimate.value).toBeNaN();
        else expect(estimate.value).toBeCloseTo(naive.value, 12);
      }
    }
  });

  it("NTP: the fewest falsetickers, and fewer than half (INTERVAL-5)", () => {
    for (const pairs of sets) {
      const selected = ntpOf(pairs);
      expect(selected, JSON.stringify(pairs)).toEqual(naiveNtp(asIntervals(pairs)));
      if (selected !== null) expect(selected.allowed * 2).toBeLessThan(pairs.length);
    }
  });
});

describe("no intervals", () => {
  it("agree on nothing", () => {
    expect(marzulloOf([])).toBeNull();
    expect(ntpOf([])).toBeNull();
    expect(new BrooksIyengar().find(edgesFrom([]), 0)).toBe(false);
    expect(new Fusion().find(edgesFrom([]), 1)).toBe(false);
  });
});
