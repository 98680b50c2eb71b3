import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  quantileOf,
  recordedQuality,
  runLengths,
  runsMin,
  statedQuality,
  statedTail,
  worstOf,
} from "../../../src/detection/advice/link-quality.js";
import { Prng } from "../../../src/kernel/prng.js";
import { millis } from "../../../src/kernel/time.js";
import { burstyBeats, independentBeats } from "./links.js";

const beatsOf = fc.array(fc.option(fc.integer({ min: 0, max: 50 })), { minLength: 1 });

describe("a stated link", () => {
  it("ADVICE-1: misses what is lost or in the tail, and all below the stated lateness", () => {
    const link = statedQuality({ loss: 0.1, lateness: millis(5) });
    expect(link.missed(4_999)).toBe(1);
    expect(link.missed(5_000)).toBeCloseTo(0.1 + 0.9 * statedTail, 12);
    expect(link.runs(5_000, 2)).toBeNull();
  });
});

describe("a recorded link", () => {
  it("ADVICE-2: misses as many as were counted, and one more", () => {
    fc.assert(
      fc.property(beatsOf, fc.integer({ min: 0, max: 60 }), (beats, bound) => {
        const bad = beats.filter((beat) => beat === null || beat > bound).length;
        const expected = Math.min(1, (bad + 1) / (beats.length + 1));
        expect(recordedQuality(beats).missed(bound)).toBe(expected);
      }),
    );
  });

  it("ADVICE-2: never claims that what was not seen is impossible", () => {
    expect(recordedQuality([0, 0, 0]).missed(100)).toBe(0.25);
  });

  it("ADVICE-3: counts runs of misses as a walk through the beats does", () => {
    fc.assert(
      fc.property(beatsOf, fc.integer({ min: 0, max: 60 }), (beats, bound) => {
        const text = beats.map((beat) => (beat === null || beat > bound ? "x" : " ")).join("");
        const naive = text.split(/ +/).flatMap((run) => (run === "" ? [] : [run.length]));
        expect(runLengths(beats, bound)).toEqual(naive);
      }),
    );
  });

  it("ADVICE-3: says nothing of runs where there are too few", () => {
    const few = Array.from({ length: runsMin - 1 }, () => [null, 0, 0]).flat();
    expect(recordedQuality(few).runs(0, 1)).toBeNull();
    expect(recordedQuality([...few, null, 0]).runs(0, 1)).not.toBeNull();
  });

  it("ADVICE-3: counts runs where there are enough, and continues them", () => {
    const chain = { starts: 0.01, goesOn: 0.5 };
    const count = 200_000;
    const link = recordedQuality(burstyBeats(new Prng(1), count, chain));
    // Runs begin at beats that are not within one: 1 / (1 + starts / (1 - goesOn)) of all.
    const perBeat = chain.starts / (1 + chain.starts / (1 - chain.goesOn));
    for (const length of [1, 2, 4, 6]) {
      const expected = perBeat * chain.goesOn ** (length - 1);
      // Counted, so Poisson: four standard deviations.
      const tolerance = 4 * Math.sqrt(expected / count);
      expect(Math.abs((link.runs(0, length) ?? 0) - expected)).toBeLessThan(tolerance);
    }
    // Continued from runsMin runs or more by as many steps: within a factor of 2 for each of four.
    const long = (link.runs(0, 13) ?? 0) / (perBeat * chain.goesOn ** 12);
    expect(long).toBeGreaterThan(1 / 16);
    expect(long).toBeLessThan(16);
  });

  it("ADVICE-3: fits the long runs, where most are short", () => {
    const short = Array.from({ length: 2_000 }, () => [null, ...Array(20).fill(0)]).flat();
    const long = Array.from({ length: 25 }, () => [...Array(8).fill(null), 0]).flat();
    const link = recordedQuality([...short, ...long]);
    const beats = short.length + long.length;
    expect(link.runs(0, 8)).toBeCloseTo(25 / beats, 9);
    // A chain fitted to all runs would give a thousandth of that.
    expect(1 - 2_025 / 2_200).toBeLessThan(0.08 + 0.01);
  });

  it("ADVICE-3: where none was long, they are thought as long as chance makes them", () => {
    const link = recordedQuality(Array.from({ length: 100 }, () => [null, 0, 0]).flat());
    expect(link.runs(0, 1)).toBeCloseTo(1 / 3, 12);
    expect(link.runs(0, 3)).toBeCloseTo((1 / 3) * link.missed(0) ** 2, 12);
  });

  it("ADVICE-3: independent losses make no longer runs than chance does", () => {
    const beats = independentBeats(new Prng(2), 100_000, { loss: 0.1, lateMax: 0 });
    const link = recordedQuality(beats);
    const expected = 0.9 * 0.1 ** 3;
    expect(Math.abs((link.runs(0, 3) ?? 0) - expected)).toBeLessThan(4 * Math.sqrt(expected / 1e5));
  });

  it("tries bounds from the middle to the largest that was seen", () => {
    const link = recordedQuality(Array.from({ length: 1_000 }, (_, index) => index));
    expect(link.bounds).toEqual([499, 899, 989, 998, 999]);
    expect(link.latenessMax).toBe(998);
    expect(quantileOf([], 0.5)).toBe(0);
  });
});

describe("several links", () => {
  it("ADVICE-4: the worst of each property counts", () => {
    const [quick, lossy] = [recordedQuality([0, 0, 9]), recordedQuality([0, null, null])];
    const worst = worstOf([quick, lossy]);
    expect(worst.bounds).toEqual([0, 9]);
    expect(worst.latenessMax).toBe(9);
    expect(worst.missed(9)).toBe(lossy.missed(9));
    expect(worst.runs(0, 1)).toBeNull();
  });
});
