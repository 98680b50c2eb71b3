/** CODE-3: single parity, over all bytes and all wrong bits of them. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  hasParity,
  type Parity,
  parityBit,
  parityBitOfBytes,
} from "../../../src/codes/parity/single-parity.js";

const parities: readonly Parity[] = ["even", "odd"];
const onesOf = (word: number): number =>
  [...(word >>> 0).toString(2)].filter((bit) => bit === "1").length;

describe.each(parities)("CODE-3: %s parity", (parity) => {
  const wanted = parity === "even" ? 0 : 1;

  it("makes the ones of every byte and its bit so in number", () => {
    for (let byte = 0; byte < 256; byte += 1) {
      const sent = (byte << 1) | parityBit(byte, parity);
      expect(onesOf(sent) % 2).toBe(wanted);
      expect(hasParity(sent, parity)).toBe(true);
    }
  });

  it("shows every odd number of wrong bits and no even one", () => {
    for (let byte = 0; byte < 256; byte += 1) {
      const sent = (byte << 1) | parityBit(byte, parity);
      for (let error = 0; error < 512; error += 1) {
        if (hasParity(sent ^ error, parity) !== (onesOf(error) % 2 === 0)) {
          expect.fail(`${byte} with ${error}`);
        }
      }
    }
  });

  it("counts all 32 bits of a word, and all bits of bytes", () => {
    const word = fc.property(fc.integer(), (value) => {
      expect((onesOf(value) + parityBit(value, parity)) % 2).toBe(wanted);
    });
    fc.assert(word);
    const bytes = fc.property(fc.uint8Array({ maxLength: 20 }), (values) => {
      const ones = values.reduce((sum, byte) => sum + onesOf(byte), 0);
      expect((ones + parityBitOfBytes(values, parity)) % 2).toBe(wanted);
    });
    fc.assert(bytes);
  });
});

describe("CODE-3: a dead line", () => {
  it("passes with even parity and never with odd", () => {
    expect(hasParity(0, "even")).toBe(true);
    expect(hasParity(0, "odd")).toBe(false);
  });
});
