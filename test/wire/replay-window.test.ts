import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AssertionFailure } from "../../src/kernel/assert.js";
import { ReplayWindow, windowLength } from "../../src/wire/replay-window.js";

function accepting(...sequences: readonly number[]): ReplayWindow {
  const window = new ReplayWindow();
  for (const sequence of sequences) window.accept(sequence);
  return window;
}

describe("WIRE-5: the replay window", () => {
  it("knows what it has seen from what it has not", () => {
    const window = accepting(1, 2, 5);
    const standings = [1, 2, 3, 4, 5, 6].map((sequence) => window.standing(sequence));
    expect(standings).toEqual(["seen", "seen", "late", "late", "seen", "ahead"]);
  });

  it("reaches back 64 numbers and not one more", () => {
    const window = accepting(1_000);
    expect(window.standing(1_000 - windowLength + 1)).toBe("late");
    expect(window.standing(1_000 - windowLength)).toBe("too-old");
  });

  it("counts the gaps that open and those that close", () => {
    const window = new ReplayWindow();
    expect([10, 11, 14, 12, 13].map((sequence) => window.accept(sequence))).toEqual([
      0, 0, 2, -1, -1,
    ]);
  });

  it("never waited for what went before its first number", () => {
    const window = accepting(10);
    expect(window.accept(9)).toBe(0);
    expect(window.standing(9)).toBe("seen");
  });

  it("asserts that nothing is accepted twice", () => {
    expect(() => accepting(3, 3)).toThrow(AssertionFailure);
    expect(() => accepting(100, 1)).toThrow(AssertionFailure);
  });

  it("agrees with a set that never forgets, however the numbers come", () => {
    const steps = fc.array(fc.integer({ min: -70, max: 200 }), { maxLength: 300 });
    const property = fc.property(steps, (offsets) => {
      const window = new ReplayWindow();
      const seen = new Set<number>();
      let newest = 0;
      let missing = 0;
      for (const offset of offsets) {
        const sequence = Math.max(1, newest + offset);
        const fresh = sequence > newest - windowLength && !seen.has(sequence);
        const standing = window.standing(sequence);
        expect(standing === "ahead" || standing === "late").toBe(fresh);
        if (!fresh) continue;
        missing += window.accept(sequence);
        seen.add(sequence);
        newest = Math.max(newest, sequence);
      }
      const [first = 0] = seen;
      const after = [...seen].filter((sequence) => sequence >= first);
      expect(missing).toBe(seen.size === 0 ? 0 : newest - first + 1 - after.length);
    });
    fc.assert(property, { numRuns: 500 });
  });
});
