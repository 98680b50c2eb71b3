import { describe, expect, it } from "vitest";
import { Prng } from "../../../src/kernel/prng.js";
import { ArrayWriter } from "../../../src/recovery/log/array-writer.js";
import { readBlock, readNumber } from "../../../src/recovery/log/fields.js";
import {
  type FramePlace,
  frameBytesFor,
  frameHeaderBytes,
  frameLengthAt,
  openFrame,
  sealFrame,
} from "../../../src/recovery/log/frame.js";
import {
  entriesBytesBound,
  type LogItem,
  parseItems,
  writeItem,
} from "../../../src/recovery/log/items.js";
import { scanSegment } from "../../../src/recovery/log/scan.js";
import { magicBytes, writeMagic } from "../../../src/recovery/log/segment.js";
import { ByteReader } from "../../../src/wire/byte-reader.js";
import { entriesOf } from "../support/log-rig.js";

const place: FramePlace = { sequence: 2 ** 45 + 7, offset: 24 };

/** A file with a frame of these items in it. */
function fileWith(payload: Uint8Array, at = place, previousCrc = 5): Uint8Array {
  const length = frameBytesFor(payload.length);
  const file = new Uint8Array(at.offset + length + 40);
  file.set(payload, at.offset + frameHeaderBytes);
  sealFrame(file.subarray(at.offset, at.offset + length), at, previousCrc);
  return file;
}

describe("numbers", () => {
  it("LOG-20: come back, and take a byte for each seven bits", () => {
    const values = [0, 1, 127, 128, 300, 2 ** 31, 2 ** 32, 2 ** 49, Number.MAX_SAFE_INTEGER];
    const writer = new ArrayWriter(new Uint8Array(100), 0);
    for (const value of values) writer.number(value);
    expect(writer.at).toBe(1 + 1 + 1 + 2 + 2 + 5 + 5 + 8 + 8);
    const reader = new ByteReader(writer.bytes);
    expect(values.map(() => readNumber(reader))).toEqual(values);
    expect(reader.failed).toBe(false);
  });

  it("LOG-20: that are cut off or too great fail for good", () => {
    for (const bytes of [[], [0x80], new Array(8).fill(0xff), [...new Array(7).fill(0xff), 0x20]]) {
      const reader = new ByteReader(new Uint8Array(bytes));
      expect([readNumber(reader), reader.failed, reader.byte(), reader.left]).toEqual([
        0,
        true,
        0,
        0,
      ]);
    }
    const block = new ByteReader(new Uint8Array([3, 1, 2]));
    expect([readBlock(block, 9).length, block.failed]).toEqual([0, true]);
  });
});

describe("a frame", () => {
  it("LOG-20: is read where it was written, and nowhere else", () => {
    const payload = new Uint8Array(50).map((_, at) => at);
    const file = fileWith(payload);
    const opened = openFrame(file, place);
    expect(opened?.items.subarray(0, 50)).toEqual(payload);
    expect(opened?.previousCrc).toBe(5);
    expect(opened?.length).toBe(64);
    expect(openFrame(file, { ...place, sequence: place.sequence + 1 })).toBe(null);
    const moved = new Uint8Array(file.length + 8);
    moved.set(file, 8);
    expect(openFrame(moved, { ...place, offset: place.offset + 8 })).toBe(null);
    expect(openFrame(file.subarray(0, 80), place)).toBe(null);
  });

  it("LOG-20: shows each change of one bit, also in its length", () => {
    const file = fileWith(new Uint8Array(200));
    for (let bit = place.offset * 8; bit < (place.offset + 212) * 8; bit += 1) {
      const copy = file.slice();
      copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(openFrame(copy, place)).toBe(null);
      const isLength = bit >= (place.offset + 4) * 8 && bit < (place.offset + 8) * 8;
      expect(frameLengthAt(copy, place)).toBe(isLength ? null : 216);
    }
  });

  it("LOG-20: has a length whose check shows each change of one bit, for every length", () => {
    const spread = 0x9e3779b1;
    for (let bit = 0; bit < 20; bit += 1) {
      const step = Math.imul(1 << bit, spread) >>> 0;
      // Two checks of 12 bits are equal only if the products differ by less than 2^20.
      expect(Math.min(step, 2 ** 32 - step)).toBeGreaterThanOrEqual(2 ** 20);
    }
  });

  it("LOG-10: has no sector that is all zeroes, whatever is in it", () => {
    for (const fill of [0, 0xff, 0xa5]) {
      const file = fileWith(new Uint8Array(100_000).fill(fill), { sequence: 3, offset: 8 });
      for (let at = 8; at < 100_000; at += 8) {
        expect(file.subarray(at, at + 8).some((byte) => byte !== 0)).toBe(true);
      }
    }
  });
});

describe("the items of a frame", () => {
  const items: readonly LogItem[] = [
    { kind: "head", previousEnd: 1_000, next: 2 ** 40 },
    { kind: "meta", meta: new Uint8Array([1, 2, 3]) },
    { kind: "mark", mark: { number: 3, index: 9, term: 4, crc: 2 ** 32 - 1 }, effect: "drop-all" },
    { kind: "entries", entries: entriesOf(5, 3, 2, 300) },
    { kind: "entries", entries: entriesOf(8, 1, 3, 0) },
  ];

  function written(list: readonly LogItem[]): Uint8Array {
    const writer = new ArrayWriter(new Uint8Array(1_200), 0);
    for (const item of list) writeItem(writer, item);
    return writer.bytes;
  }

  it("LOG-20: come back, and cost an entry three bytes", () => {
    expect(parseItems(written(items))).toEqual(items);
    const writer = new ArrayWriter(new Uint8Array(20_000), 0);
    writeItem(writer, { kind: "entries", entries: entriesOf(1, 100, 1, 128) });
    expect(writer.at).toBeLessThan(100 * (128 + 3) + 10);
    expect(writer.at).toBeLessThanOrEqual(entriesBytesBound(entriesOf(1, 100, 1, 128)));
  });

  it("LOG-20: of several terms come back as one for each", () => {
    const entries = [...entriesOf(1, 2, 1), ...entriesOf(3, 2, 2)];
    expect(parseItems(written([{ kind: "entries", entries }]))).toEqual([
      { kind: "entries", entries: entries.slice(0, 2) },
      { kind: "entries", entries: entries.slice(2) },
    ]);
  });

  it("LOG-20: are refused whole where they make no sense, and nothing throws", () => {
    const prng = new Prng(3);
    const bytes = written(items);
    let refused = 0;
    for (let count = 0; count < 5_000; count += 1) {
      const copy = bytes.slice(0, 1 + prng.below(bytes.length));
      copy[prng.below(copy.length)] = prng.next();
      if (parseItems(copy) === null) refused += 1;
    }
    expect(refused).toBeGreaterThan(1_000);
    const huge = [3, 1, 1, ...new Array(7).fill(0xff), 0x0f];
    for (const bad of [
      [9],
      [3, 0, 1, 1, 0, 0],
      [3, 1, 1, 0],
      [0, 0, 1],
      [4, 1, 1, 1, 1, 3],
      huge,
    ]) {
      expect(parseItems(new Uint8Array(bad))).toBe(null);
    }
  });
});

describe("the scan of a segment", () => {
  it("LOG-20: of anything at all says something, and finds no frame in it", () => {
    const prng = new Prng(4);
    for (let count = 0; count < 300; count += 1) {
      const bytes = new Uint8Array(prng.below(3_000)).map(() => prng.next());
      if (bytes.length >= magicBytes && prng.chance(0.5)) writeMagic(bytes);
      const { frames, tail } = scanSegment(bytes, 7);
      expect(frames).toEqual([]);
      if (bytes.length > magicBytes + 8) expect(tail.kind).toBe("rotten");
    }
    expect(scanSegment(new Uint8Array(0), 7).tail).toEqual({ kind: "clean" });
  });
});
