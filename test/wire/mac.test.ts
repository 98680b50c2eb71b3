import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UsageError } from "../../src/kernel/assert.js";
import { checksumMac, hmacSha256, keyBytesMin, type Mac } from "../../src/wire/mac.js";
import { fromAscii, fromHex, toHex } from "../support/oracles.js";

describe("WIRE-10: HMAC-SHA-256, truncated to 16 bytes", () => {
  it("gives the tags of RFC 4231", () => {
    // Cases 1, 3, 5 (the RFC's own truncation), 6 (a key longer than a block).
    const cases: readonly (readonly [Uint8Array, Uint8Array, string])[] = [
      [new Uint8Array(20).fill(0x0b), fromAscii("Hi There"), "b0344c61d8db38535ca8afceaf0bf12b"],
      [
        new Uint8Array(20).fill(0xaa),
        new Uint8Array(50).fill(0xdd),
        "773ea91e36800e46854db8ebd09181a7",
      ],
      [
        new Uint8Array(20).fill(0x0c),
        fromAscii("Test With Truncation"),
        "a3b6167473100ee06e0c796c2955552b",
      ],
      [
        new Uint8Array(131).fill(0xaa),
        fromAscii("Test Using Larger Than Block-Size Key - Hash Key First"),
        "60e431591ee0b67f0d8a26aacbf5b77f",
      ],
    ];
    for (const [key, data, tag] of cases) expect(toHex(hmacSha256(key).tag(data))).toBe(tag);
  });

  it("agrees with Node's own, call after call with one key", () => {
    const key = fromHex("00112233445566778899aabbccddeeff0123");
    const mac = hmacSha256(key);
    const property = fc.property(fc.uint8Array({ maxLength: 300 }), (data) => {
      const full = createHmac("sha256", key).update(data).digest("hex");
      expect(toHex(mac.tag(data))).toBe(full.slice(0, 32));
    });
    fc.assert(property);
  });
});

const makers: readonly (readonly [string, (key: Uint8Array) => Mac])[] = [
  ["hmacSha256", hmacSha256],
  ["checksumMac", checksumMac],
];

describe.each(makers)("WIRE-11: the authenticator %s", (_name, make) => {
  const key = new Uint8Array(32).fill(1);
  const data = fromAscii("some forty bytes that are to be tagged..");
  const mac = make(key);
  const tag = mac.tag(data);

  it("verifies its own tags, and those of another with the same key", () => {
    expect(tag.length).toBe(mac.bytes);
    expect(mac.verify(data, tag)).toBe(true);
    expect(make(key.slice()).verify(data, tag)).toBe(true);
  });

  it("refuses a tag under another key", () => {
    const other = key.slice();
    other[31] = 2;
    expect(make(other).verify(data, tag)).toBe(false);
  });

  it("refuses when any one bit of the data or the tag is changed", () => {
    for (const changed of oneBitChanges(data)) expect(mac.verify(changed, tag)).toBe(false);
    for (const changed of oneBitChanges(tag)) expect(mac.verify(data, changed)).toBe(false);
  });

  it("refuses a tag of another length", () => {
    expect(mac.verify(data, tag.subarray(1))).toBe(false);
    expect(mac.verify(data, new Uint8Array([...tag, 0]))).toBe(false);
    expect(mac.verify(data, new Uint8Array(0))).toBe(false);
  });

  it("hands out tags that the next call does not change", () => {
    const kept = mac.tag(data);
    mac.tag(fromAscii("something else"));
    expect(kept).toEqual(tag);
  });

  it("refuses a key that is shorter than a tag", () => {
    expect(() => make(new Uint8Array(keyBytesMin - 1))).toThrow(UsageError);
    expect(() => make(new Uint8Array(keyBytesMin))).not.toThrow();
  });
});

function* oneBitChanges(bytes: Uint8Array): Generator<Uint8Array> {
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const changed = bytes.slice();
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    yield changed;
  }
}
