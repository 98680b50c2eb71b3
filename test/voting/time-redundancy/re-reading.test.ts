import { describe, expect, it } from "vitest";
import { UsageError } from "../../../src/kernel/assert.js";
import { type RereadOptions, reread } from "../../../src/voting/time-redundancy/re-reading.js";

const first: RereadOptions = { min: 0, max: 100, attemptsMax: 3, choose: "first-good" };
const median: RereadOptions = { ...first, attemptsMax: 5, choose: "median", tolerance: 1 };

/** Reads these, one after the other; counts how often it was asked. */
function line(readings: readonly (number | null)[]) {
  const seen = { count: 0 };
  const read = (attempt: number) => {
    seen.count += 1;
    return readings[attempt] ?? null;
  };
  return { read, seen };
}

describe("re-reading a sensor: the first good reading (TIME-9)", () => {
  it("reads once where the reading is good", () => {
    const { read, seen } = line([20, 21]);
    expect(reread(read, first)).toEqual({ value: 20, finding: "clean", attempts: 1, bad: [] });
    expect(seen.count).toBe(1);
  });

  it("goes past glitches, and calls them transient", () => {
    expect(reread(line([null, 150, 20]).read, first)).toEqual({
      value: 20,
      finding: "transient",
      attempts: 3,
      bad: ["no reading", "150 is out of range"],
    });
  });

  it("has no value where every reading is bad, and asks no more than it may", () => {
    const { read, seen } = line([null, Number.NaN, Number.POSITIVE_INFINITY, 20]);
    expect(reread(read, first)).toMatchObject({ value: null, finding: "permanent", attempts: 3 });
    expect(seen.count).toBe(3);
  });

  it("contains what is thrown", () => {
    const read = () => {
      throw new Error("bus");
    };
    expect(reread(read, first).bad).toEqual(["threw: bus", "threw: bus", "threw: bus"]);
  });
});

describe("re-reading a sensor: the median (TIME-10)", () => {
  it("masks glitches within the range, and shows them", () => {
    expect(reread(line([20, 90, 20.5, 0, 20.2]).read, median)).toEqual({
      value: 20.2,
      finding: "transient",
      attempts: 5,
      bad: ["0 is far from the median 20.2", "90 is far from the median 20.2"],
    });
  });

  it("is clean within the tolerance, and takes a value that was read", () => {
    expect(reread(line([20, 21]).read, { ...median, attemptsMax: 2 })).toMatchObject({
      value: 20,
      finding: "clean",
    });
  });

  it("has no value when half of the readings or more are bad", () => {
    expect(reread(line([20, 20, null, null]).read, { ...median, attemptsMax: 4 }).value).toBeNull();
    expect(reread(line([10, 20, 30, 40, 50]).read, median)).toMatchObject({
      value: null,
      finding: "permanent",
    });
    expect(reread(line([]).read, median)).toMatchObject({ value: null, finding: "permanent" });
  });
});

describe("options that are none", () => {
  it.each([{ min: 1, max: 1 }, { attemptsMax: 0 }, { attemptsMax: 33 }, { tolerance: -1 }])(
    "%j are refused",
    (options) => {
      expect(() => reread(() => 1, { ...first, ...options })).toThrow(UsageError);
    },
  );
});
