/** Exhaustive over all pairs of operands, on a modelled unit with stuck bits. */
import { describe, expect, it } from "vitest";
import {
  computeWord,
  recomputeWord,
  type Technique,
  type WordOperation,
} from "../../../src/voting/time-redundancy/word-unit.js";
import { RippleAlu, type SliceFault } from "./ripple-alu.js";

const operations: readonly WordOperation[] = ["add", "and", "or", "xor"];

/** What the language says. */
function truth(operation: WordOperation, one: number, other: number, bits: number): number {
  const words = { add: one + other, and: one & other, or: one | other, xor: one ^ other };
  return words[operation] & (2 ** bits - 1);
}

interface Tally {
  /** Results that are wrong, and those of them that the second pass did not show. */
  wrong: number;
  missed: number;
  /** Mismatches, whether the first pass was right or wrong. */
  found: number;
}

function tally(
  bits: number,
  fault: SliceFault | null,
  technique: Technique,
  which = operations,
): Tally {
  const spare = technique.kind === "shifted" ? technique.by : 0;
  const unit = new RippleAlu(bits + spare, fault);
  const counts = { wrong: 0, missed: 0, found: 0 };
  for (const operation of which) {
    for (let pair = 0; pair < 4 ** bits; pair += 1) {
      const task = { operation, one: pair >> bits, other: pair & (2 ** bits - 1), bits };
      const first = computeWord(unit, task);
      const agrees = first === recomputeWord(unit, task, technique);
      const isWrong = first !== truth(operation, task.one, task.other, bits);
      counts.found += agrees ? 0 : 1;
      counts.wrong += isWrong ? 1 : 0;
      counts.missed += isWrong && agrees ? 1 : 0;
    }
  }
  return counts;
}

const repeated: Technique = { kind: "repeated" };
const complemented: Technique = { kind: "complemented" };
const swapped: Technique = { kind: "swapped" };
const shifted = (by: number): Technique => ({ kind: "shifted", by });

const stuckResults = (bits: number): SliceFault[] =>
  Array.from({ length: bits }, (_, slice) => [
    { slice, result: 0 as const },
    { slice, result: 1 as const },
  ]).flat();

/** Every way in which a slice's two outputs can be stuck, alone and together. */
function stuckSlices(bits: number): SliceFault[] {
  const levels = [{}, { result: 0 }, { result: 1 }] as const;
  const carries = [{}, { carry: 0 }, { carry: 1 }] as const;
  return Array.from({ length: bits }, (_, slice) =>
    levels.flatMap((level) => carries.map((carry) => ({ slice, ...level, ...carry }))),
  ).flat();
}

const total = (tallies: readonly Tally[], count: keyof Tally): number =>
  tallies.reduce((sum, one) => sum + one[count], 0);

describe("a healthy unit", () => {
  it.each([repeated, complemented, swapped, shifted(1), shifted(2)])(
    "%j: both passes agree (TIME-1)",
    (technique) => {
      expect(tally(8, null, technique)).toEqual({ wrong: 0, missed: 0, found: 0 });
    },
  );
});

describe("an adder of 8 bits with an output bit that is stuck, all pairs of operands", () => {
  const tallies = (technique: Technique) =>
    stuckResults(8).map((fault) => tally(8, fault, technique, ["add"]));

  it("plain repetition finds none of the wrong results (TIME-2)", () => {
    const all = tallies(repeated);
    expect(total(all, "wrong")).toBe(16 * 32_768);
    expect(total(all, "missed")).toBe(total(all, "wrong"));
    expect(total(all, "found")).toBe(0);
  });

  it("nor do swapped operands: the bit is stuck behind them (TIME-2)", () => {
    expect(total(tallies(swapped), "found")).toBe(0);
  });

  it.each([complemented, shifted(1), shifted(2)])("%j finds all of them (TIME-3)", (technique) => {
    const all = tallies(technique);
    expect(total(all, "wrong")).toBe(16 * 32_768);
    expect(total(all, "missed")).toBe(0);
  });
});

describe("bitwise operations with an output bit that is stuck (TIME-3)", () => {
  it.each([complemented, shifted(1)])("%j finds all wrong results", (technique) => {
    const bits = 6;
    for (const operation of ["and", "or", "xor"] as const) {
      const all = stuckResults(bits).map((fault) => tally(bits, fault, technique, [operation]));
      expect(total(all, "wrong"), operation).toBeGreaterThan(0);
      expect(total(all, "missed"), operation).toBe(0);
    }
  });
});

describe("an adder whose slice has sum and carry stuck (Patel and Fung 1982: RESO-2)", () => {
  const tallies = (technique: Technique) =>
    stuckSlices(6).map((fault) => tally(6, fault, technique, ["add"]));

  it("a shift of 1 misses some: a carry's weight is that of the next sum (TIME-4)", () => {
    expect(total(tallies(shifted(1)), "missed")).toBeGreaterThan(0);
  });

  it("a shift of 2 misses none (TIME-4)", () => {
    const all = tallies(shifted(2));
    expect(total(all, "wrong")).toBeGreaterThan(100_000);
    expect(total(all, "missed")).toBe(0);
  });
});

describe("an input that is stuck before the unit", () => {
  it("is found by swapped operands, where only one of the two is (TIME-5)", () => {
    const fault: SliceFault = { slice: 2, first: 0 };
    for (const operation of ["add", "or", "xor"] as const) {
      const { found, missed, wrong } = tally(5, fault, swapped, [operation]);
      expect(found, operation).toBeGreaterThan(0);
      // Where both operands have the bit, or neither, both passes have the same error.
      expect(missed, operation).toBeLessThan(wrong);
    }
    expect(tally(5, fault, repeated).found).toBe(0);
  });
});

describe("a task that the unit cannot do", () => {
  it("is a bug of ours", () => {
    const unit = new RippleAlu(8, null);
    const task = { operation: "add", one: 1, other: 2, bits: 8 } as const;
    expect(() => recomputeWord(unit, task, shifted(1))).toThrow("do not fit");
    expect(() => computeWord(unit, { ...task, bits: 9 })).toThrow("operands of 9 bits");
    expect(() => computeWord(unit, { ...task, one: 256 })).toThrow("not words of 8 bits");
    expect(() => computeWord(new RippleAlu(31, null), task)).toThrow("on a unit of 31");
  });
});
