/**
 * Reed-Solomon with errors: QR codes as published, the bound on both sides, and what is refused.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ErrorCode } from "../../../src/codes/reed-solomon/error-code.js";
import { UsageError } from "../../../src/kernel/assert.js";
import { fromHex, readOracle, toHex } from "../../support/oracles.js";

interface Published {
  readonly message?: string;
  readonly data?: string;
  readonly ecc10: string;
}

interface ErrorOracle {
  readonly reedSolomon: { readonly classic: Published; readonly iso18004: Published };
}

const oracle = readOracle<ErrorOracle>("numeric.json")?.reedSolomon ?? null;

function wordOf(message: Uint8Array, checkBytes: number): Uint8Array {
  return new Uint8Array([...message, ...(new ErrorCode(checkBytes).encode(message) ?? [])]);
}

/** A word with some bytes changed, each by a mask that is not 0. */
function spoil(word: Uint8Array, places: readonly number[], mask = 0x5a): Uint8Array {
  return word.map((byte, at) => (places.includes(at) ? byte ^ (((mask + at) % 255) + 1) : byte));
}

describe.skipIf(oracle === null)("CODE-10: check bytes of published QR codes", () => {
  it.each(["classic", "iso18004"] as const)("has those of %s, and corrects five errors", (name) => {
    const published = oracle?.[name] as Published;
    const message = fromHex(published.message ?? published.data ?? "");
    const code = new ErrorCode(10);
    expect(toHex(code.encode(message) ?? new Uint8Array())).toBe(published.ecc10);
    const word = new Uint8Array([...message, ...fromHex(published.ecc10)]);
    const received = spoil(word, [0, 3, 15, 16, 25]);
    expect(code.decode(received)).toEqual({ ok: true, corrected: [0, 3, 15, 16, 25] });
    expect(received).toEqual(word);
  });
});

describe("CODE-10: errors and erasures within the bound are corrected", () => {
  it("every single error of a word, at every place and by every mask", () => {
    const code = new ErrorCode(2);
    const word = wordOf(fromHex("00ff10a7"), 2);
    for (let place = 0; place < word.length; place += 1) {
      for (let mask = 1; mask < 256; mask += 1) {
        const received = word.map((byte, at) => (at === place ? byte ^ mask : byte));
        const outcome = code.decode(received);
        const isRight = outcome.ok && `${outcome.corrected}` === `${place}`;
        if (!isRight || toHex(received) !== toHex(word)) expect.fail(`${place} by ${mask}`);
      }
    }
  });

  it("every pair of errors of a word", () => {
    const code = new ErrorCode(4);
    const word = wordOf(fromHex("0102030405060708"), 4);
    for (let one = 0; one < word.length; one += 1) {
      for (let other = one + 1; other < word.length; other += 1) {
        const received = spoil(word, [one, other]);
        expect(code.decode(received)).toEqual({ ok: true, corrected: [one, other] });
        expect(received).toEqual(word);
      }
    }
  });

  it("any mix of both, in words of all sizes up to 255 bytes", () => {
    const sizes = fc.record({
      message: fc.uint8Array({ minLength: 1, maxLength: 215 }),
      checkBytes: fc.integer({ min: 1, max: 40 }),
      seed: fc.infiniteStream(fc.nat()),
      masks: fc.infiniteStream(fc.integer({ min: 1, max: 255 })),
    });
    const property = fc.property(sizes, ({ message, checkBytes, seed, masks }) => {
      const next = (below: number): number => seed.next().value % below;
      const word = wordOf(message, checkBytes);
      const erasures = next(checkBytes + 1);
      const errors = next(Math.floor((checkBytes - erasures) / 2) + 1);
      const places = new Set<number>();
      while (places.size < Math.min(errors + erasures, word.length)) places.add(next(word.length));
      const wrong = [...places];
      const received = word.slice();
      // An erasure may be right by chance: the first of them is.
      for (const at of wrong.slice(erasures > 0 ? 1 : 0))
        received[at] = (received[at] ?? 0) ^ masks.next().value;
      const outcome = new ErrorCode(checkBytes).decode(received, wrong.slice(0, erasures));
      expect(outcome.ok).toBe(true);
      expect(received).toEqual(word);
    });
    fc.assert(property, { numRuns: 200 });
  });

  it("does not touch a word without errors, whatever is thought erased", () => {
    const word = wordOf(fromHex("c0ffee"), 4);
    const received = word.slice();
    expect(new ErrorCode(4).decode(received)).toEqual({ ok: true, corrected: [] });
    expect(new ErrorCode(4).decode(received, [0, 1, 2])).toEqual({ ok: true, corrected: [] });
    expect(received).toEqual(word);
  });
});

describe("CODE-11: beyond the bound it refuses, or is deceived within its reach", () => {
  it("never leaves a word that is not one of the code, and never a refused one changed", () => {
    const code = new ErrorCode(6);
    const word = wordOf(fromHex("000102030405060708090a0b0c0d0e0f"), 6);
    const places = fc.uniqueArray(fc.nat(word.length - 1), { minLength: 4, maxLength: 12 });
    let refusals = 0;
    const property = fc.property(places, fc.nat(254), (wrong, mask) => {
      const received = spoil(word, wrong, mask);
      const before = received.slice();
      const outcome = code.decode(received);
      if (outcome.ok) {
        expect(code.decode(received.slice())).toEqual({ ok: true, corrected: [] });
        expect(outcome.corrected.length).toBeLessThanOrEqual(3);
      } else {
        refusals += 1;
        expect(received).toEqual(before);
        expect(outcome.reason).toBe("uncorrectable");
      }
    });
    fc.assert(property, { numRuns: 300 });
    // By chance one in 3! of the words of a full length is within reach; of these short ones fewer.
    expect(refusals).toBeGreaterThan(250);
  });

  it("takes a word within reach of another one for that one", () => {
    const code = new ErrorCode(2);
    const [word, other] = [wordOf(fromHex("0000"), 2), wordOf(fromHex("0001"), 2)];
    const differing = [...word.keys()].filter((at) => word[at] !== other[at]);
    expect(differing.length).toBe(3);
    // Two errors of three: nearer to the other word than to its own.
    const received = word.map((byte, at) => (at === differing[0] ? byte : (other[at] ?? 0)));
    expect(code.decode(received)).toEqual({ ok: true, corrected: [differing[0]] });
    expect(received).toEqual(other);
  });

  it("refuses one erasure more than there are check bytes", () => {
    const word = spoil(wordOf(fromHex("0102030405"), 3), [0, 1, 2, 3]);
    const outcome = new ErrorCode(3).decode(word, [0, 1, 2, 3]);
    expect(outcome).toEqual({ ok: false, reason: "uncorrectable" });
  });
});

describe("CODE-9: sizes and places from outside are refused", () => {
  const code = new ErrorCode(4);

  it("refuses words that are too short or too long", () => {
    for (const bytes of [0, 1, 4, 256, 1_000]) {
      expect(code.decode(new Uint8Array(bytes))).toEqual({ ok: false, reason: "word-size" });
    }
    expect(code.decode(new Uint8Array(5)).ok).toBe(true);
    expect(code.decode(new Uint8Array(255)).ok).toBe(true);
    expect(code.encode(new Uint8Array(252))).toBe(null);
    expect(code.encode(new Uint8Array())).toBe(null);
    expect(code.encode(new Uint8Array(251))).not.toBe(null);
  });

  it("refuses erasures that are no places of the word", () => {
    for (const erasures of [[-1], [9], [0.5], [Number.NaN], [2, 2], [0, 1, 300]]) {
      expect(code.decode(new Uint8Array(9), erasures)).toEqual({ ok: false, reason: "erasure" });
    }
  });

  it("says that no code has so many check bytes", () => {
    for (const checkBytes of [0, -1, 255, 1.5, Number.NaN]) {
      expect(() => new ErrorCode(checkBytes)).toThrow(UsageError);
    }
  });
});
