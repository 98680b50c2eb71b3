import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AssertionFailure } from "../../src/kernel/assert.js";
import { decodeBody, encodeBody } from "../../src/wire/cbor.js";
import { cborDepthMax, isPlainCbor } from "../../src/wire/plain-cbor.js";
import { fromHex, readOracle, toHex } from "../support/oracles.js";
import { plainBody } from "./bodies.js";

interface CborCase {
  readonly hex: string;
  readonly decoded?: unknown;
  readonly diagnostic?: string;
}

const oracle = readOracle<readonly CborCase[]>("cbor-appendix-a.json");

/** Refused of appendix A, with the reason; all else is accepted. */
const refusedOfAppendixA: Readonly<Record<string, readonly string[]>> = {
  "an integer beyond the safe ones": ["1bffffffffffffffff", "3bffffffffffffffff"],
  "a bignum": ["c249010000000000000000", "c349010000000000000000"],
  "a number that is not finite": [
    ...["f97c00", "f97e00", "f9fc00", "fa7f800000", "fa7fc00000", "faff800000"],
    ...["fb7ff0000000000000", "fb7ff8000000000000", "fbfff0000000000000"],
  ],
  "undefined or another simple value": ["f7", "f0", "f818", "f8ff"],
  "a tag": [
    "c074323031332d30332d32315432303a30343a30305a",
    ...["c11a514b67b0", "c1fb41d452d9ec200000", "d74401020304", "d818456449455446"],
    "d82076687474703a2f2f7777772e6578616d706c652e636f6d",
  ],
  "a map whose keys are not text": ["a201020304"],
  "an indefinite length": [
    ...["5f42010243030405ff", "7f657374726561646d696e67ff", "9fff", "9f018202039f0405ffff"],
    ...["9f01820203820405ff", "83018202039f0405ff", "83019f0203ff820405"],
    "9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff",
    ...["bf61610161629f0203ffff", "826161bf61626163ff", "bf6346756ef563416d7421ff"],
  ],
};

const decodeHex = (hex: string) => {
  const bytes = fromHex(hex);
  return decodeBody(bytes, 0, bytes.length);
};

describe.skipIf(oracle === null)("WIRE-14: the examples of RFC 8949 appendix A", () => {
  const refused = Object.values(refusedOfAppendixA).flat();
  const cases = oracle ?? [];

  it("refuses these, each for its reason, and knows them all", () => {
    const known = new Set(cases.map(({ hex }) => hex));
    expect(refused.filter((hex) => !known.has(hex))).toEqual([]);
    for (const hex of refused) expect([hex, decodeHex(hex)]).toEqual([hex, { ok: false }]);
  });

  it("takes all others for what they mean", () => {
    const taken = cases.filter(({ hex }) => !refused.includes(hex));
    expect(taken.length).toBe(cases.length - refused.length);
    for (const { hex, decoded, diagnostic } of taken) {
      const body = diagnostic === undefined ? decoded : bytesOf(diagnostic);
      expect([hex, decodeHex(hex)]).toEqual([hex, { ok: true, body }]);
    }
  });
});

/** The only plain examples that JSON cannot write are byte strings. */
function bytesOf(diagnostic: string): Uint8Array {
  const match = /^h'([0-9a-f]*)'$/.exec(diagnostic);
  if (match === null) expect.fail(`not a byte string: ${diagnostic}`);
  return fromHex(match[1] ?? "");
}

describe("WIRE-15: bytes that would misuse the decoder are refused before it", () => {
  const nested = (levels: number): string => `${"81".repeat(levels)}00`;
  const text = (hex: string): string => `${(0x60 + hex.length / 2).toString(16)}${hex}`;

  const hostile: Readonly<Record<string, string>> = {
    "nothing at all": "",
    "a record definition of cbor-x": "d9dfff8419e00081616161",
    "a record by its id": "d9e00081",
    "tag 27, which builds errors and regular expressions": "d81b8266526567457870612e",
    "tag 28, which builds cycles": "d81c81d81d00",
    "tag 51, packed values": "d833848001808000",
    "tag 259, a Map": "d90103a0",
    "tag 64, a typed array": "d84041ff",
    "a tag within a list": "82c10000",
    "a big array with no items": "9affffffff",
    "a big map with no items": "baffffffff",
    "a long text with no bytes": "7affffffff",
    "a byte string one byte too long": "4200",
    "a 64-bit length": "9b0000000100000000",
    "a break": "ff",
    "reserved additional information": "1c",
    "reserved additional information of a simple value": "fc",
    "a simple value of two bytes that means null": "f816",
    "an item after the item": "0000",
    "a truncated head": "19ff",
    "a truncated float": "fb3ff199",
    "a map with an odd item": "a16161",
    "a key that is bytes": "a1416100",
    "a key that is a number": "a10000",
    "a key __proto__": `a1${text("5f5f70726f746f5f5f")}a0`,
    "a key __proto__ with a long head": "a178095f5f70726f746f5f5f00",
    "text that is no UTF-8": text("ff"),
    "overlong UTF-8": text("c080"),
    "overlong UTF-8 of three bytes": text("e08080"),
    "a surrogate in UTF-8": text("eda080"),
    "a code point above U+10FFFF": text("f4908080"),
    "truncated UTF-8": text("e282"),
    "text that begins with a byte order mark": text("efbbbf61"),
    "too many levels": nested(cborDepthMax + 1),
    "far too many levels": nested(8_000),
    "2^53": "1b0020000000000000",
    "-2^53": "3b001fffffffffffff",
  };

  it.each(Object.entries(hostile))("%s", (_about, hex) => {
    expect(decodeHex(hex)).toEqual({ ok: false });
  });

  const harmless: Readonly<Record<string, readonly [string, unknown]>> = {
    "the largest safe integer": ["1b001fffffffffffff", Number.MAX_SAFE_INTEGER],
    "the smallest safe integer": ["3b001ffffffffffffe", Number.MIN_SAFE_INTEGER],
    "a small integer in eight bytes": ["1b0000000000000001", 1],
    "a negative integer in eight bytes": ["3b0000000100000000", -(2 ** 32) - 1],
    "a negative integer in four bytes": ["3affffffff", -(2 ** 32)],
    "the largest half, single and double": [
      "83f97bfffa7f7ffffffb7fefffffffffffff",
      [65_504, 3.4028234663852886e38, Number.MAX_VALUE],
    ],
    "a key that only ends like __proto__": ["a16a785f5f70726f746f5f5f00", { x__proto__: 0 }],
    "a key constructor": ["a16b636f6e7374727563746f7200", { constructor: 0 }],
    "an empty key": ["a16000", { "": 0 }],
    "a byte order mark within text": ["6461efbbbf", "a\ufeff"],
    "the last code point": ["64f48fbfbf", "\u{10ffff}"],
  };

  it.each(Object.entries(harmless))("but not %s", (_about, [hex, body]) => {
    expect(decodeHex(hex)).toEqual({ ok: true, body });
  });

  it("but not as many levels as there may be", () => {
    expect(isPlainCbor(fromHex(nested(cborDepthMax)), 0, cborDepthMax + 1)).toBe(true);
  });

  it("leaves no key on the prototype of all objects", () => {
    for (const hex of Object.values(hostile)) decodeHex(hex);
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});

describe("WIRE-1: bodies come back as they were", () => {
  const again = (body: unknown): unknown => {
    const bytes = encodeBody(body);
    return decodeBody(bytes, 0, bytes.length);
  };

  it("whatever plain data they are", () => {
    const property = fc.property(plainBody, (body) => {
      expect(again(body)).toEqual({ ok: true, body });
    });
    fc.assert(property, { numRuns: 2_000 });
  });

  it("keeps the order of keys, on which the digest of a state rests", () => {
    const body = { z: 1, a: 2, "10": 3, m: { y: 1, b: 2 } };
    expect(JSON.stringify(again(body))).toBe(JSON.stringify({ ok: true, body }));
  });

  it("is the same bytes each time, and standard CBOR without records", () => {
    expect(toHex(encodeBody({ a: 1, b: [2, 3] }))).toBe("a26161016162820203");
    expect(toHex(encodeBody({ a: 1, b: [2, 3] }))).toBe("a26161016162820203");
    expect(toHex(encodeBody(new Uint8Array([1, 2])))).toBe("420102");
  });

  it("loses the sign of -0, and nothing else", () => {
    expect(again(-0)).toEqual({ ok: true, body: 0 });
  });

  it("gives byte strings that the next body does not change", () => {
    const first = again(new Uint8Array([1, 2, 3]));
    again(new Uint8Array([9, 9, 9]));
    expect(first).toEqual({ ok: true, body: new Uint8Array([1, 2, 3]) });
  });
});

describe("WIRE-9: a body of ours that is not plain data is a bug, and is not sent", () => {
  const deep = (levels: number): unknown => (levels === 0 ? 0 : [deep(levels - 1)]);
  const wrong: Readonly<Record<string, unknown>> = {
    undefined: undefined,
    "a field that is undefined": { field: undefined },
    NaN: Number.NaN,
    Infinity: [Number.POSITIVE_INFINITY],
    "a date": new Date(0),
    "a set": new Set([1]),
    "a map with numbers for keys": new Map([[1, 2]]),
    "an own key __proto__": JSON.parse('{"__proto__": 1}'),
    "half a surrogate pair": "\ud800",
    "text that begins with a byte order mark": "\ufeffa",
    "a big integer": 2n ** 64n,
    "too many levels": deep(cborDepthMax + 1),
  };

  it.each(Object.entries(wrong))("%s", (_about, body) => {
    expect(() => encodeBody(body)).toThrow(AssertionFailure);
  });

  it("but the next body is", () => {
    expect(toHex(encodeBody([1]))).toBe("8101");
    expect(toHex(encodeBody(deep(cborDepthMax)))).toBe(`${"81".repeat(cborDepthMax)}00`);
  });
});
