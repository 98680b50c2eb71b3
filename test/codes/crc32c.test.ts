import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crc32c } from "../../src/codes/crc32c.js";
import { fromAscii, fromHex, readOracle } from "../support/oracles.js";

interface CrcOracle {
  readonly crcCheckValues: readonly { readonly name: string; readonly check: string }[];
  readonly crcVectors: readonly {
    readonly crc: string;
    readonly data: string;
    readonly value: string;
  }[];
}

const oracle = readOracle<CrcOracle>("crc-e2e.json");
const name = "CRC-32C(iSCSI)";

/** The definition, bit by bit. */
function naiveCrc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

describe.skipIf(oracle === null)("CODE-1: CRC-32C of published cases", () => {
  it("has the check value of the catalogue", () => {
    const check = oracle?.crcCheckValues.find((candidate) => candidate.name === name)?.check;
    expect(crc32c(fromAscii("123456789"))).toBe(Number(check));
  });

  it("has the values of RFC 3720 appendix B.4", () => {
    const vectors = oracle?.crcVectors.filter(({ crc }) => crc === name) ?? [];
    expect(vectors.length).toBeGreaterThanOrEqual(2);
    for (const { data, value } of vectors) expect(crc32c(fromHex(data))).toBe(Number(value));
  });
});

describe("CODE-1: CRC-32C of any bytes", () => {
  it("is what the definition says, at every length and alignment", () => {
    const bytes = fc.tuple(fc.uint8Array({ maxLength: 70 }), fc.nat(9));
    const property = fc.property(bytes, ([whole, skipped]) => {
      const part = whole.subarray(Math.min(skipped, whole.length));
      expect(crc32c(part)).toBe(naiveCrc32c(part));
    });
    fc.assert(property, { numRuns: 2_000 });
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

describe("CODE-2: what CRC-32C finds", () => {
  const frame = fromAscii("a frame of some forty bytes, sent by n1.");
  const good = crc32c(frame);

  const withFlips = (bits: readonly number[]): Uint8Array => {
    const changed = frame.slice();
    for (const bit of bits) changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    return changed;
  };

  it("finds every error of one bit and of two", () => {
    const bits = frame.length * 8;
    for (let one = 0; one < bits; one += 1) {
      expect(crc32c(withFlips([one]))).not.toBe(good);
      for (let other = one + 1; other < bits; other += 1) {
        if (crc32c(withFlips([one, other])) === good) expect.fail(`missed ${one} and ${other}`);
      }
    }
  });

  it("does not cry at the same bytes", () => {
    expect(crc32c(frame.slice())).toBe(good);
  });
});
