import { describe, expect, it } from "vitest";
import { UsageError } from "../../../src/kernel/assert.js";
import { compileTolerance } from "../../../src/voting/structured/tolerance.js";

describe("tolerances (STRUCT-12)", () => {
  it("are one for all numbers, or by place and one for the rest", () => {
    expect(compileTolerance(0.5)(["any", "0"])).toBe(0.5);
    const toleranceOf = compileTolerance({
      byPath: { "/flows/0": 3, "/flows/*": 2, "/a~1b/c~0d": 4, "/*/x": 5, "": 6 },
      otherwise: 1,
    });
    expect(toleranceOf(["flows", "0"])).toBe(3);
    expect(toleranceOf(["flows", "17"])).toBe(2);
    expect(toleranceOf(["flows", "17", "x"])).toBe(1);
    expect(toleranceOf(["flows", "total"])).toBe(1);
    expect(toleranceOf(["a/b", "c~d"])).toBe(4);
    expect(toleranceOf(["3", "x"])).toBe(5);
    expect(toleranceOf(["*", "x"])).toBe(5);
    expect(toleranceOf([])).toBe(6);
    expect(compileTolerance({ byPath: {} })(["x"])).toBe(0);
  });

  it.each([
    [-1, "the tolerance is -1"],
    [Number.NaN, "the tolerance is NaN"],
    [Number.POSITIVE_INFINITY, "the tolerance is Infinity"],
    [{ byPath: { "/x": -1 } }, 'the tolerance of "/x" is -1'],
    [{ byPath: {}, otherwise: -2 }, "the tolerance `otherwise` is -2"],
    [{ byPath: { x: 1 } }, '"x" is no JSON pointer: "/x" may be what is meant'],
  ])("are refused where they are none: %j", (tolerance, message) => {
    const compile = () => compileTolerance(tolerance);
    expect(compile).toThrow(UsageError);
    expect(compile).toThrow(message);
  });
});
