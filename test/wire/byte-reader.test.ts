/** Binary forms of our own: what was written comes back, and nothing else is taken. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteReader } from "../../src/wire/byte-reader.js";
import { ByteWriter } from "../../src/wire/byte-writer.js";

const most = Number.MAX_SAFE_INTEGER;

function written(write: (writer: ByteWriter) => void): Uint8Array {
  const writer = new ByteWriter(1);
  write(writer);
  return writer.take();
}

const readerOf = (...bytes: number[]): ByteReader => new ByteReader(Uint8Array.from(bytes));

const isLetter = (byte: number): boolean => byte >= 97 && byte <= 122;

describe("WIRE-27: a reader of bytes", () => {
  it("gives back what was written, and has then ended", () => {
    const item = fc.oneof(
      fc.nat(most).map((value) => ({ kind: "integer" as const, value })),
      fc.uint8Array({ maxLength: 300 }).map((value) => ({ kind: "bytes" as const, value })),
      fc.string({ maxLength: 200 }).map((text) => {
        const value = [...text].map((one) => String.fromCharCode(one.charCodeAt(0) % 256)).join("");
        return { kind: "text" as const, value };
      }),
      fc.nat(255).map((value) => ({ kind: "byte" as const, value })),
    );
    fc.assert(
      fc.property(fc.array(item), (items) => {
        const bytes = written((writer) => {
          for (const one of items) {
            if (one.kind === "integer") writer.integer(one.value);
            else if (one.kind === "bytes") writer.bytes(one.value);
            else if (one.kind === "text") writer.text(one.value);
            else writer.byte(one.value);
          }
        });
        const reader = new ByteReader(bytes);
        expect(reader.ended).toBe(items.length === 0);
        for (const { kind, value } of items) {
          const read =
            kind === "integer"
              ? reader.integer(0, most)
              : kind === "bytes"
                ? reader.bytes(300)
                : kind === "text"
                  ? reader.text(300)
                  : reader.byte();
          expect(read).toEqual(value);
        }
        expect([reader.ended, reader.left, reader.at]).toEqual([true, 0, bytes.length]);
      }),
    );
  });

  it("takes one form of an integer alone, of those that it can be", () => {
    expect(readerOf(0x80, 0x01).integer(0, most)).toBe(128);
    for (const bytes of [[], [0x80], [0x80, 0x00], [0xff, 0x80, 0x00], Array(8).fill(0xff)]) {
      const reader = readerOf(...bytes);
      expect([reader.integer(0, most), reader.failed], String(bytes)).toEqual([0, true]);
    }
    expect([readerOf(4).integer(5, 9), readerOf(10).integer(5, 9)]).toEqual([5, 5]);
    const bounded = readerOf(10);
    bounded.integer(5, 9);
    expect(bounded.failed).toBe(true);
    expect([readerOf(1).flag(), readerOf(0).flag()]).toEqual([true, false]);
  });

  it("gives nothing more after the first that makes no sense", () => {
    const reader = readerOf(3, 1, 2, 7);
    expect(reader.bytes(2)).toHaveLength(0);
    expect([reader.byte(), reader.left, reader.text(9), reader.integer(4, 9)]).toEqual([
      0,
      0,
      "",
      4,
    ]);
    expect([reader.failed, reader.ended]).toEqual([true, false]);
    const cut = readerOf(3, 1, 2);
    expect([cut.bytes(9).length, cut.ended]).toEqual([0, false]);
    const told = readerOf(1);
    told.byte();
    told.fail();
    expect([told.failed, told.ended]).toEqual([true, false]);
  });

  it("takes a word of what is allowed, and never an empty one", () => {
    const word = (text: string): ByteReader => new ByteReader(written((w) => w.text(text)));
    expect(word("pump").word(4, isLetter)).toBe("pump");
    for (const text of ["", "pumps", "Pump", "p p"]) {
      const reader = word(text);
      reader.word(4, isLetter);
      expect(reader.ended, text).toBe(false);
    }
  });

  it("gives views of what it reads, a writer copies of what it wrote", () => {
    const bytes = Uint8Array.of(2, 7, 8);
    const view = new ByteReader(bytes).bytes(2);
    bytes[1] = 9;
    expect([...view]).toEqual([9, 8]);
    const writer = new ByteWriter(4);
    writer.byte(1);
    const first = [writer.take(), writer.takeShared()];
    writer.clear();
    writer.byte(2);
    expect(first.map(([byte]) => byte)).toEqual([1, 1]);
    expect([...writer.takeShared()]).toEqual([2]);
  });
});
