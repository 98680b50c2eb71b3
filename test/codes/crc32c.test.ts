/**
 * CRC-32C where it goes other ways than the family: it has more tables, and reads long frames by
 * words.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crc32c } from "../../src/codes/crc32c.js";

/** The definition, bit by bit. */
function naiveCrc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

describe("CODE-1: CRC-32C of any bytes", () => {
  it("is what the definition says, at every length and alignment", () => {
    const bytes = fc.tuple(fc.uint8Array({ maxLength: 70 }), fc.nat(9));
    const property = fc.property(bytes, ([whole, skipped]) => {
      const part = whole.subarray(Math.min(skipped, whole.length));
      expect(crc32c(part)).toBe(naiveCrc32c(part));
    });
    fc.assert(property, { numRuns: 2_000 });
  });

  it("also where it reads by words: long ones, with every beginning and every end", () => {
    const long = Uint8Array.from({ length: 600 }, (_, at) => (at * 151) >> 3);
    for (let start = 0; start < 20; start += 1) {
      for (let length = 505; length < 535; length += 1) {
        const part = long.subarray(start, start + length);
        expect(crc32c(part)).toBe(naiveCrc32c(part));
        expect(crc32c(part.subarray(9), crc32c(part.subarray(0, 9)))).toBe(naiveCrc32c(part));
      }
    }
  });

  it("goes on from the CRC of what went before", () => {
    const parts = fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 40 }));
    const property = fc.property(parts, ([first, second]) => {
      const whole = new Uint8Array([...first, ...second]);
      expect(crc32c(second, crc32c(first))).toBe(crc32c(whole));
    });
    fc.assert(property);
  });
});
