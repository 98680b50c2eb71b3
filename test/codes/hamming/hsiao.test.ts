/** Hsiao's code: the shape of its matrix, all single errors and all double ones of many words. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { correctHsiao, hsiaoWordBytes, protectHsiao } from "../../../src/codes/hamming/hsiao.js";
import { UsageError } from "../../../src/kernel/assert.js";

const bits = hsiaoWordBytes * 8;

function wordOf(data: readonly number[]): Uint8Array {
  const word = new Uint8Array([...data, 0]);
  protectHsiao(word);
  return word;
}

function flip(word: Uint8Array, bit: number): void {
  word[bit >> 3] = (word[bit >> 3] ?? 0) ^ (1 << (bit & 7));
}

/** The check byte of a single one in the data is its column. */
const columnOf = (bit: number): number => {
  const data = new Uint8Array(8);
  flip(data, bit);
  return wordOf([...data])[8] ?? 0;
};

const pairs = Array.from({ length: bits * bits }, (_, at) => [Math.floor(at / bits), at % bits])
  .map(([one = 0, other = 0]) => [one, other] as const)
  .filter(([one, other]) => one < other);

const words = [
  [0, 0, 0, 0, 0, 0, 0, 0],
  [255, 255, 255, 255, 255, 255, 255, 255],
  [1, 2, 4, 8, 16, 32, 64, 128],
  ...fc.sample(fc.array(fc.nat(255), { minLength: 8, maxLength: 8 }), { numRuns: 20, seed: 1970 }),
].map(wordOf);

describe("CODE-6: the matrix of Hsiao's code", () => {
  const columns = Array.from({ length: 64 }, (_, bit) => columnOf(bit));
  const onesOf = (value: number): number => [...value.toString(2)].filter((b) => b === "1").length;

  it("has 64 different columns for the data: 56 with three ones and eight with five", () => {
    expect(new Set(columns).size).toBe(64);
    const weights = columns.map(onesOf);
    expect(weights.filter((weight) => weight === 3).length).toBe(56);
    expect(weights.filter((weight) => weight === 5).length).toBe(8);
  });

  it("has 26 bits of data in each check bit: its rows are balanced", () => {
    for (let row = 0; row < 8; row += 1) {
      expect(columns.filter((column) => (column >> row) & 1).length).toBe(26);
    }
  });
});

describe("CODE-6: one wrong bit of 72 is corrected, two are told", () => {
  it("takes every word as it is", () => {
    for (const word of words) {
      const received = word.slice();
      expect(correctHsiao(received)).toEqual({ kind: "intact" });
      expect(received).toEqual(word);
    }
  });

  it("corrects each of the 72 single errors of each word", () => {
    for (const word of words) {
      for (let bit = 0; bit < bits; bit += 1) {
        const received = word.slice();
        flip(received, bit);
        expect(correctHsiao(received)).toEqual({ kind: "corrected", bit });
        if (`${received}` !== `${word}`) expect.fail(`bit ${bit} of ${word}`);
      }
    }
  });

  it("tells each of the 2556 double errors of each word, and changes nothing", () => {
    for (const word of words) {
      const received = word.slice();
      const told = pairs.filter(([one, other]) => {
        flip(received, one);
        flip(received, other);
        const { kind } = correctHsiao(received);
        flip(received, one);
        flip(received, other);
        return kind === "uncorrectable";
      });
      expect(told.length).toBe(2_556);
      expect(received).toEqual(word);
    }
  });

  it("takes three wrong bits for a fourth one where their columns add up to it", () => {
    const columns = Array.from({ length: 64 }, (_, bit) => columnOf(bit));
    const sum = (columns[0] ?? 0) ^ (columns[1] ?? 0);
    const third = columns.findIndex((column, bit) => bit > 1 && columns.includes(sum ^ column));
    const received = new Uint8Array(9);
    for (const bit of [0, 1, third]) flip(received, bit);
    const bit = columns.indexOf(sum ^ (columns[third] ?? 0));
    expect(correctHsiao(received)).toEqual({ kind: "corrected", bit });
  });
});

describe("CODE-9: a word of another length is a wrong call", () => {
  it.each([0, 8, 10])("%i bytes", (bytes) => {
    expect(() => protectHsiao(new Uint8Array(bytes))).toThrow(UsageError);
    expect(() => correctHsiao(new Uint8Array(bytes))).toThrow(UsageError);
  });
});
