/** Hamming's codes: all words, all single errors, all double ones. */
import { describe, expect, it } from "vitest";
import {
  decodeHamming74,
  decodeHamming84,
  encodeHamming74,
  encodeHamming84,
} from "../../../src/codes/hamming/hamming74.js";
import { UsageError } from "../../../src/kernel/assert.js";
import { readOracle } from "../../support/oracles.js";

interface HammingOracle {
  readonly hamming74: {
    readonly textbook: { readonly data: string; readonly code: string };
    readonly table: Readonly<Record<string, string>>;
  };
}

const oracle = readOracle<HammingOracle>("numeric.json")?.hamming74 ?? null;
const allData = Array.from({ length: 16 }, (_, data) => data);
const binary = (text: string): number => Number.parseInt(text, 2);

describe.skipIf(oracle === null)("CODE-5: Hamming (7,4) of the textbook", () => {
  it("has the words of the table, all sixteen", () => {
    const table = Object.entries(oracle?.table ?? {});
    expect(table.length).toBe(16);
    for (const [data, code] of table) expect(encodeHamming74(binary(data))).toBe(binary(code));
    const { data = "", code = "" } = oracle?.textbook ?? {};
    expect(encodeHamming74(binary(data))).toBe(binary(code));
  });
});

describe("CODE-5: Hamming (7,4)", () => {
  it("takes every word as it is", () => {
    for (const data of allData) {
      expect(decodeHamming74(encodeHamming74(data))).toEqual({ kind: "intact", data });
    }
  });

  it("corrects every wrong bit of every word, and says which one it was", () => {
    for (const data of allData) {
      for (let position = 1; position <= 7; position += 1) {
        const received = encodeHamming74(data) ^ (1 << (7 - position));
        expect(decodeHamming74(received)).toEqual({ kind: "corrected", data, position });
      }
    }
  });

  it("takes two wrong bits for a third one, as its distance of three says", () => {
    for (const data of allData) {
      for (let one = 0; one < 7; one += 1) {
        for (let other = 0; other < one; other += 1) {
          const outcome = decodeHamming74(encodeHamming74(data) ^ (1 << one) ^ (1 << other));
          expect(outcome.kind).toBe("corrected");
          expect("data" in outcome && outcome.data).not.toBe(data);
        }
      }
    }
  });
});

describe("CODE-5: Hamming (8,4)", () => {
  it("takes every word as it is, with an even number of ones", () => {
    for (const data of allData) {
      const word = encodeHamming84(data);
      expect(decodeHamming84(word)).toEqual({ kind: "intact", data });
      expect(word >> 1).toBe(encodeHamming74(data));
      expect([...word.toString(2)].filter((bit) => bit === "1").length % 2).toBe(0);
    }
  });

  it("corrects each of the 128 single errors", () => {
    for (const data of allData) {
      for (let position = 1; position <= 8; position += 1) {
        const received = encodeHamming84(data) ^ (1 << (8 - position));
        expect(decodeHamming84(received)).toEqual({ kind: "corrected", data, position });
      }
    }
  });

  it("tells each of the 448 double errors", () => {
    for (const data of allData) {
      for (let one = 0; one < 8; one += 1) {
        for (let other = 0; other < one; other += 1) {
          const received = encodeHamming84(data) ^ (1 << one) ^ (1 << other);
          expect(decodeHamming84(received)).toEqual({ kind: "uncorrectable" });
        }
      }
    }
  });
});

describe("CODE-9: what is no word is a wrong call", () => {
  it("of either code", () => {
    for (const wrong of [-1, 256, 0.5, Number.NaN]) {
      expect(() => encodeHamming74(wrong)).toThrow(UsageError);
      expect(() => encodeHamming84(wrong)).toThrow(UsageError);
      expect(() => decodeHamming74(wrong)).toThrow(UsageError);
      expect(() => decodeHamming84(wrong)).toThrow(UsageError);
    }
    expect(() => encodeHamming74(16)).toThrow(UsageError);
    expect(() => decodeHamming74(128)).toThrow(UsageError);
  });
});
