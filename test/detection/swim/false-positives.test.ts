/**
 * How often a live member is suspected, in simulation against the closed form (Gupta, Chandra and
 * Goldszmidt 2001; Das, Gupta and Motivala 2002, section 3.1).
 *
 * Every probe is an independent trial, since every message is lost or not by itself, and delays
 * are far below the time-outs. So the failed ones are binomial, and the tolerance is four standard
 * errors of that. Where the formula expects less than a mistake in all the simulation, an upper
 * bound is all that can be shown.
 */
import { describe, expect, it } from "vitest";
import {
  failedProbeProbability,
  falsePositiveProbability,
  firstDetectionLimit,
} from "../../../src/detection/swim/analysis.js";
import { atPeriod, memberNames, period } from "./support/detector-fleet.js";
import { mistakesIn } from "./support/mistakes.js";
import { errorsAllowed, mean, shareError, standardError } from "./support/samples.js";

const members = 20;

describe("failed probes of live members (SWIM-16)", () => {
  it.each([
    [0.01, 0, 500],
    [0.05, 0, 300],
    [0.1, 0, 300],
    [0.15, 0, 300],
    [0.01, 1, 1_500],
    [0.05, 1, 600],
    [0.1, 1, 300],
    [0.15, 1, 300],
    [0.05, 3, 1_500],
    [0.1, 3, 1_000],
    [0.15, 3, 500],
  ])("at a loss of %d and with %i relays are as many as published", (loss, relays, periods) => {
    const mistakes = mistakesIn({ loss, relays, members, periods, seed: 77 });
    const probes = members * periods;
    const expected = failedProbeProbability({ loss }, relays);
    // Fewer than ten, and the binomial has no middle that a tolerance could be put around.
    expect(expected * probes).toBeGreaterThan(10);
    const tolerance = errorsAllowed * shareError(expected, probes);
    expect(Math.abs(mistakes.length / probes - expected)).toBeLessThan(tolerance);
  });

  it("at a loss of 0.01 and with 3 relays are too few to be seen: not one in 10,000 probes", () => {
    const mistakes = mistakesIn({ loss: 0.01, relays: 3, members, periods: 500, seed: 77 });
    expect(failedProbeProbability({ loss: 0.01 }, 3) * members * 500).toBeLessThan(0.02);
    expect(mistakes.length).toBe(0);
  });

  it("there are none without loss, whatever the number of relays", () => {
    for (const relays of [0, 1, 3]) {
      expect(mistakesIn({ loss: 0, relays, members, periods: 100, seed: 77 })).toEqual([]);
    }
  });
});

/** How often each member was suspected in each window of T from period 1 on. */
function countsPerWindow(loss: number, relays: number, windows: number): readonly number[] {
  const length = firstDetectionLimit() * period;
  const periods = Math.ceil(windows * firstDetectionLimit());
  const counts = new Map<string, number>();
  for (const name of memberNames(members)) {
    for (let window = 0; window < windows; window += 1) counts.set(`${name} ${window}`, 0);
  }
  for (const { at, peer } of mistakesIn({ loss, relays, members, periods, seed: 78 })) {
    const key = `${peer} ${Math.floor((at - atPeriod(1)) / length)}`;
    const count = counts.get(key);
    if (count !== undefined) counts.set(key, count + 1);
  }
  return [...counts.values()];
}

describe("PM(T), by its definition (SWIM-16)", () => {
  it.each([
    [0.01, 0, 400],
    [0.05, 1, 500],
    [0.1, 1, 300],
    [0.1, 3, 600],
    [0.15, 1, 200],
    [0.15, 3, 300],
  ])(
    "at a loss of %d and with %i relays: mistakes about a member within T",
    (loss, relays, windows) => {
      const counts = countsPerWindow(loss, relays, windows);
      const expected = falsePositiveProbability({ loss }, relays);
      const tolerance = errorsAllowed * standardError(counts);
      expect(Math.abs(mean(counts) - expected)).toBeLessThan(tolerance);
      // At least one is a little rarer, by the windows with more than one: about half the square.
      const atLeastOne = counts.filter((count) => count > 0).length / counts.length;
      expect(atLeastOne).toBeLessThan(expected + tolerance);
      expect(atLeastOne).toBeGreaterThan(expected - expected ** 2 / 2 - tolerance);
    },
  );
});
