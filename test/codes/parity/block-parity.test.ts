/** CODE-4: parity in two dimensions, against all of one, two, three and four wrong bits. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  blockParity,
  checkBlock,
  correctBlock,
  parityBytesOf,
} from "../../../src/codes/parity/block-parity.js";

interface Word {
  readonly block: Uint8Array;
  readonly parity: Uint8Array;
}

interface Bit {
  readonly row: number;
  readonly column: number;
}

const wordOf = (...bytes: number[]): Word => {
  const block = new Uint8Array(bytes);
  return { block, parity: blockParity(block) };
};

const copyOf = ({ block, parity }: Word): Word => ({
  block: block.slice(),
  parity: parity.slice(),
});

const textOf = ({ block, parity }: Word): string => `${block} / ${parity}`;

/** All bits of block and parity, by row and column. */
const bitsOf = ({ block }: Word): Bit[] =>
  Array.from({ length: (block.length + 1) * 9 }, (_, index) => ({
    row: Math.floor(index / 9),
    column: index % 9,
  }));

function flip({ block, parity }: Word, { row, column }: Bit): void {
  const isBlock = row < block.length && column < 8;
  const [bytes, at] = isBlock ? [block, row] : [parity, column < 8 ? 0 : 1 + (row >> 3)];
  bytes[at] = (bytes[at] ?? 0) ^ (1 << (column < 8 ? column : row & 7));
}

/** Calls with every word that differs from this one in so many bits. */
function forEachError(word: Word, errors: number, look: (wrong: Word, bits: Bit[]) => void): void {
  const all = bitsOf(word);
  const go = (first: number, chosen: Bit[]): void => {
    if (chosen.length === errors) {
      const wrong = copyOf(word);
      for (const bit of chosen) flip(wrong, bit);
      look(wrong, chosen);
      return;
    }
    for (let at = first; at < all.length; at += 1) go(at + 1, [...chosen, all[at] as Bit]);
  };
  go(0, []);
}

const words = [wordOf(), wordOf(0), wordOf(0xa5), wordOf(1, 0xfe), wordOf(0xff, 0, 0x3c)];
const kindOf = ({ block, parity }: Word): string => checkBlock(block, parity).kind;

describe("CODE-4: parity of a block, checked", () => {
  it("takes a block as it is", () => {
    const property = fc.property(fc.uint8Array({ maxLength: 40 }), (block) => {
      const parity = blockParity(block);
      expect(parity.length).toBe(parityBytesOf(block.length));
      expect(checkBlock(block, parity)).toEqual({ kind: "intact" });
      expect(correctBlock(block, parity)).toEqual({ kind: "intact" });
    });
    fc.assert(property);
  });

  it.each([1, 2, 3])("detects all errors of %i bits", (errors) => {
    for (const word of words) {
      forEachError(word, errors, (wrong, bits) => {
        if (kindOf(wrong) !== "wrong") expect.fail(JSON.stringify(bits));
      });
    }
  });

  it("of all errors of four bits misses only the rectangles", () => {
    let missed = 0;
    forEachError(wordOf(0x5a, 0x77), 4, (wrong, bits) => {
      if (kindOf(wrong) !== "intact") return;
      missed += 1;
      expect(new Set(bits.map(({ row }) => row)).size).toBe(2);
      expect(new Set(bits.map(({ column }) => column)).size).toBe(2);
    });
    // Two of three rows and two of nine columns.
    expect(missed).toBe(3 * 36);
  });
});

describe("CODE-4: parity of a block, corrected", () => {
  it("corrects every wrong bit, also of the parity, and says which", () => {
    for (const word of [...words, wordOf(...Array.from({ length: 20 }, (_, at) => at * 13))]) {
      forEachError(word, 1, (wrong, [bit]) => {
        const outcome = correctBlock(wrong.block, wrong.parity);
        expect(outcome).toEqual({ kind: "corrected", ...bit });
        if (textOf(wrong) !== textOf(word)) expect.fail(JSON.stringify(bit));
      });
    }
  });

  it("detects every two wrong bits and leaves them", () => {
    for (const word of words) {
      forEachError(word, 2, (wrong) => {
        const before = textOf(wrong);
        const { kind } = correctBlock(wrong.block, wrong.parity);
        if (kind !== "uncorrectable" || textOf(wrong) !== before) expect.fail(before);
      });
    }
  });

  it("takes three corners of a rectangle for the fourth: that is its limit", () => {
    const wrong = wordOf(0, 0, 0);
    const corners = [
      { row: 0, column: 1 },
      { row: 0, column: 6 },
      { row: 2, column: 1 },
    ];
    for (const bit of corners) flip(wrong, bit);
    const outcome = correctBlock(wrong.block, wrong.parity);
    expect(outcome).toEqual({ kind: "corrected", row: 2, column: 6 });
    expect(kindOf(wrong)).toBe("intact");
  });
});

describe("CODE-9: parity of another length is refused", () => {
  it("by value, and nothing is changed", () => {
    const { block, parity } = wordOf(1, 2, 3, 4, 5, 6, 7);
    for (const other of [new Uint8Array(), parity.slice(1), new Uint8Array([...parity, 0])]) {
      const before = other.slice();
      expect(checkBlock(block, other)).toEqual({ kind: "refused", reason: "parity-size" });
      expect(correctBlock(block, other)).toEqual({ kind: "refused", reason: "parity-size" });
      expect(other).toEqual(before);
    }
    const longer = new Uint8Array([...block, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
    expect(checkBlock(longer, parity).kind).toBe("refused");
  });
});
