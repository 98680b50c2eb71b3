import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CobsReader, cobsBytesMax, decodeCobs, encodeCobs } from "../../src/wire/cobs.js";
import { fromHex, readOracle, toHex } from "../support/oracles.js";

interface FramingOracle {
  readonly cobs: readonly { readonly plain: string; readonly encoded: string }[];
  readonly cobsDecodeErrors: readonly string[];
}

const oracle = readOracle<FramingOracle>("framing.json");

describe.skipIf(oracle === null)("WIRE-20: COBS of published cases", () => {
  const cases = oracle?.cobs ?? [];

  it("encodes each", () => {
    expect(cases.length).toBeGreaterThanOrEqual(13);
    for (const { plain, encoded } of cases) {
      expect(toHex(encodeCobs(fromHex(plain)))).toBe(encoded);
    }
  });

  it("decodes each", () => {
    for (const { plain, encoded } of cases) {
      expect(toHex(decodeCobs(fromHex(encoded)) ?? new Uint8Array([0xbad]))).toBe(plain);
    }
  });

  it("refuses what is not COBS", () => {
    const errors = oracle?.cobsDecodeErrors ?? [];
    expect(errors.length).toBeGreaterThanOrEqual(4);
    for (const encoded of errors) expect(decodeCobs(fromHex(encoded))).toBeNull();
  });
});

/** Bytes in which long runs without a zero, and of zeros, are common. */
const anyBytes = fc
  .array(
    fc.tuple(fc.constantFrom(0, 1, 255), fc.oneof(fc.nat(6), fc.integer({ min: 250, max: 258 }))),
    { maxLength: 6 },
  )
  .map((runs) => new Uint8Array(runs.flatMap(([byte, length]) => Array(length).fill(byte))));

describe("WIRE-20: COBS of any bytes", () => {
  it("comes back the same, without a zero on the way, and at most one byte in 254 longer", () => {
    const property = fc.property(anyBytes, (plain) => {
      const encoded = encodeCobs(plain);
      expect(encoded.includes(0)).toBe(false);
      expect(encoded.length).toBeLessThanOrEqual(
        Math.max(1, Math.ceil(plain.length / 254)) + plain.length,
      );
      expect(encoded.length).toBeLessThanOrEqual(cobsBytesMax(plain.length));
      expect(decodeCobs(encoded)).toEqual(plain);
    });
    fc.assert(property, { numRuns: 2_000 });
  });

  it("takes the last code byte that some encoders add to a full piece", () => {
    const plain = new Uint8Array(254).fill(7);
    expect(decodeCobs(new Uint8Array([...encodeCobs(plain), 1]))).toEqual(plain);
  });

  it("is null and never throws on bytes that are no encoding", () => {
    const property = fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const plain = decodeCobs(bytes);
      if (bytes.includes(0)) expect(plain).toBeNull();
    });
    fc.assert(property, { numRuns: 2_000 });
  });
});

const stream = (...frames: readonly Uint8Array[]): Uint8Array =>
  new Uint8Array(frames.flatMap((frame) => [...encodeCobs(frame), 0]));

describe("WIRE-21: the reader of a COBS stream", () => {
  it("finds the same frames however the stream is cut", () => {
    const frames = fc.array(fc.uint8Array({ minLength: 1, maxLength: 20 }), { maxLength: 8 });
    const property = fc.property(frames, fc.array(fc.nat(12)), (sent, cuts) => {
      const reader = new CobsReader(20);
      const bytes = stream(...sent);
      const received: Uint8Array[] = [];
      let at = 0;
      for (const cut of [...cuts, bytes.length]) {
        received.push(...reader.push(bytes.subarray(at, at + cut)));
        at += cut;
      }
      expect(received).toEqual(sent);
      expect(reader.counts()).toEqual({
        frames: sent.length,
        tooLong: 0,
        malformed: 0,
        garbageBytes: 0,
      });
    });
    fc.assert(property, { numRuns: 500 });
  });

  it("is in step again after the next delimiter", () => {
    const reader = new CobsReader(20);
    const good = new Uint8Array([1, 0, 2]);
    const noise = new Uint8Array([9, 9, 9, 0]);
    expect(reader.push(noise)).toEqual([]);
    expect(reader.push(stream(good))).toEqual([good]);
    expect(reader.counts()).toMatchObject({ frames: 1, tooLong: 0, malformed: 1 });
  });

  it("skips a frame over the cap, counts it once, and takes one at the cap", () => {
    const reader = new CobsReader(300);
    const long = new Uint8Array(301).fill(5);
    const fits = new Uint8Array(300).fill(6);
    for (const byte of stream(long)) expect(reader.push(new Uint8Array([byte]))).toEqual([]);
    expect(reader.counts()).toMatchObject({ frames: 0, tooLong: 1, malformed: 0 });
    expect(reader.push(stream(fits))).toEqual([fits]);
  });

  it("waits without end for a delimiter, in the same memory", () => {
    const reader = new CobsReader(100);
    const noise = new Uint8Array(10_000).fill(1);
    for (let round = 0; round < 1_000; round += 1) expect(reader.push(noise)).toEqual([]);
    expect(reader.counts()).toMatchObject({ frames: 0, tooLong: 1, malformed: 0 });
  });

  it("does not count the delimiters of a careful sender", () => {
    const reader = new CobsReader(20);
    expect(reader.push(new Uint8Array(50))).toEqual([]);
    expect(reader.counts()).toMatchObject({ tooLong: 0, malformed: 0, garbageBytes: 0 });
  });
});
