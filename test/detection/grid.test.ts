import { describe, expect, it } from "vitest";
import { Grid } from "../../src/detection/grid.js";
import { instant, micros } from "../../src/kernel/time.js";

describe("a grid of periods", () => {
  it("begins at its start and goes on once a period", () => {
    const grid = new Grid(instant(5), micros(10));
    expect([4, 5, 5, 14, 15].map((at) => grid.pass(instant(at)))).toEqual([
      false,
      true,
      false,
      false,
      true,
    ]);
    expect(grid.next).toBe(25);
  });

  it("passes once after a sleep, and keeps its points", () => {
    const grid = new Grid(instant(0), micros(10));
    expect(grid.pass(instant(0))).toBe(true);
    expect(grid.pass(instant(57))).toBe(true);
    expect(grid.pass(instant(57))).toBe(false);
    expect(grid.next).toBe(60);
    expect(grid.pass(instant(60))).toBe(true);
    expect(grid.next).toBe(70);
  });

  it("needs a period", () => {
    expect(() => new Grid(instant(0), micros(0))).toThrow("needs a period");
  });
});
