import { describe, expect, it } from "vitest";
import { mistakeRecurrence, mistakesPerBeat } from "../../../src/detection/advice/mistakes.js";

/** Delays of the paper's example: exponential, with a mean of 20 ms, and a loss of 1 %. */
const lost = 0.01;
const missedBy = (bound: number): number => lost + (1 - lost) * Math.exp(-bound / 20_000);

const second = 1_000_000;
const days = 86_400 * second;

describe("Chen, Toueg and Aguilera 2002, section 4", () => {
  it("the example: for 30 s and a mistake in 30 days, beats each 9.97 s, and no less often", () => {
    expect(mistakeRecurrence(missedBy, 9.97 * second, 30 * second)).toBeGreaterThan(30 * days);
    expect(mistakeRecurrence(missedBy, 9.98 * second, 30 * second)).toBeLessThan(30 * days);
  });
});

describe("mistakes per beat", () => {
  it("ADVICE-5: are as likely as all the beats that the silence spans are missed", () => {
    const missed = () => 0.1;
    expect(mistakesPerBeat(missed, 10, 35)).toBeCloseTo(0.9 * 0.1 ** 3, 12);
    expect(mistakesPerBeat(missed, 10, 31)).toBeCloseTo(0.9 * 0.1 ** 3, 12);
    expect(mistakesPerBeat(missed, 10, 30)).toBeCloseTo(0.9 * 0.1 ** 2, 12);
  });

  it("ADVICE-5: each has the time that it has left", () => {
    const asked: number[] = [];
    const missed = (bound: number): number => {
      asked.push(bound);
      return 0.5;
    };
    mistakesPerBeat(missed, 10, 35);
    expect(asked).toEqual([35, 25, 15, 5]);
  });
});
