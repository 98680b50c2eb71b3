import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AssertionFailure } from "../../src/kernel/assert.js";
import { Prng } from "../../src/kernel/prng.js";
import { ByteStreamReader, toByteStream } from "../../src/wire/byte-stream.js";
import { frameBytesMax } from "../../src/wire/envelope.js";

describe("WIRE-22: frames on a byte stream", () => {
  it("arrive as they were sent", () => {
    const payloads = fc.array(fc.uint8Array({ minLength: 1, maxLength: 600 }), { maxLength: 5 });
    const property = fc.property(payloads, (sent) => {
      const reader = new ByteStreamReader();
      const bytes = new Uint8Array(sent.flatMap((payload) => [...toByteStream(payload)]));
      expect(reader.push(bytes)).toEqual(sent);
    });
    fc.assert(property);
  });

  it("arrive at the longest that they may be, and are not made longer or empty", () => {
    const longest = new Uint8Array(frameBytesMax).fill(3);
    expect(new ByteStreamReader().push(toByteStream(longest))).toEqual([longest]);
    expect(() => toByteStream(new Uint8Array(frameBytesMax + 1))).toThrow(AssertionFailure);
    expect(() => toByteStream(new Uint8Array(0))).toThrow(AssertionFailure);
  });

  it("are refused when a byte was changed, and those after them are not", () => {
    const reader = new ByteStreamReader();
    const line = toByteStream(new Uint8Array([1, 2, 3, 4]));
    const changed = line.slice();
    changed[3] = (changed[3] ?? 0) ^ 0x40;
    expect(reader.push(changed)).toEqual([]);
    expect(reader.counts().badChecksum).toBe(1);
    expect(reader.push(line)).toEqual([new Uint8Array([1, 2, 3, 4])]);
  });

  it("survive the noise of an idle line", () => {
    const reader = new ByteStreamReader();
    const payload = new Uint8Array([7, 0, 7]);
    expect(reader.push(new Uint8Array([0x55, 0xaa, 0x12]))).toEqual([]);
    expect(reader.push(toByteStream(payload))).toEqual([payload]);
  });

  it("never come out other than they went in, on a line that drops, flips and adds bytes", () => {
    const prng = new Prng(22);
    const reader = new ByteStreamReader();
    let received = 0;
    for (let index = 0; index < 20_000; index += 1) {
      const payload = new Uint8Array(16).fill(index & 0xff);
      for (const taken of reader.push(new Uint8Array(noisy(toByteStream(payload), prng)))) {
        received += 1;
        // Only frames of one repeated byte were sent.
        expect(taken).toEqual(new Uint8Array(16).fill(taken[0] ?? -1));
      }
    }
    expect(received).toBeGreaterThan(10_000);
    expect(received).toBeLessThan(20_000);
    const { badChecksum, malformed } = reader.counts();
    expect(badChecksum).toBeGreaterThan(100);
    expect(malformed).toBeGreaterThan(100);
  });
});

function noisy(line: Uint8Array, prng: Prng): number[] {
  const out: number[] = [];
  for (const byte of line) {
    const change = prng.chance(0.01) ? prng.below(3) : -1;
    if (change === 0) continue;
    out.push(change === 1 ? byte ^ (1 << prng.below(8)) : byte);
    if (change === 2) out.push(prng.below(256));
  }
  return out;
}
