/**
 * Parity in two dimensions, the simplest of the products of Elias ("Error-free coding", 1954): the
 * bytes of a block are rows of eight bits, each row gets a bit, each column gets one, and the ninth
 * column, of the bits of the rows, gets one as well. So all rows and columns have even numbers of
 * ones.
 *
 * Two words of it differ in four bits at least, the corners of a rectangle. So it either detects up
 * to three wrong bits, or corrects one and detects two; not both, for three corners of a rectangle
 * look just like a wrong bit at the fourth. Whoever corrects then makes four wrong bits of three,
 * and four at the corners of a rectangle are never seen. Where a third wrong bit may come, only
 * check.
 *
 * The parity bytes: first the bits of the columns, in one byte; then those of the rows, the first
 * in the lowest bit, and after that of the last row that of the columns' byte, which counts as one
 * more row. Bits that are left over in the last byte are 0, and are not looked at.
 */
import { parityBit } from "./single-parity.js";

/** `parity-size`: the parity bytes are not as many as a block of this length has. */
export type BlockRefusal = "parity-size";

export type BlockCheck =
  | { readonly kind: "intact" }
  | { readonly kind: "wrong" }
  | { readonly kind: "refused"; readonly reason: BlockRefusal };

/**
 * `row` and `column` are those of the bit that was wrong, a column counted from the lowest bit: the
 * row after the last one, and column 8, are of the parity. After `uncorrectable` at least two bits
 * are wrong. Only `corrected` has changed anything.
 */
export type BlockCorrection =
  | { readonly kind: "intact" }
  | { readonly kind: "corrected"; readonly row: number; readonly column: number }
  | { readonly kind: "uncorrectable" }
  | { readonly kind: "refused"; readonly reason: BlockRefusal };

const intact = { kind: "intact" } as const;
const refused = { kind: "refused", reason: "parity-size" } as const;
const uncorrectable = { kind: "uncorrectable" } as const;

export function parityBytesOf(blockBytes: number): number {
  return 1 + Math.ceil((blockBytes + 1) / 8);
}

/** The parity bytes of a block of any length. */
export function blockParity(block: Uint8Array): Uint8Array {
  const parity = new Uint8Array(parityBytesOf(block.length));
  parity[0] = block.reduce((sum, row) => sum ^ row, 0);
  for (let row = 0; row <= block.length; row += 1) {
    if (isRowWrong(block, parity, row)) flipRowBit(parity, row);
  }
  return parity;
}

/** Detects every one, two and three wrong bits of block and parity. */
export function checkBlock(block: Uint8Array, parity: Uint8Array): BlockCheck {
  if (parity.length !== parityBytesOf(block.length)) return refused;
  if (wrongColumns(block, parity) !== 0) return { kind: "wrong" };
  return wrongRows(block, parity).count === 0 ? intact : { kind: "wrong" };
}

/** Corrects one wrong bit of block or parity in place, and detects two. */
export function correctBlock(block: Uint8Array, parity: Uint8Array): BlockCorrection {
  if (parity.length !== parityBytesOf(block.length)) return refused;
  const columns = wrongColumns(block, parity);
  const rows = wrongRows(block, parity);
  if (columns === 0 && rows.count === 0) return intact;
  const isOneColumn = columns !== 0 && (columns & (columns - 1)) === 0;
  if (!isOneColumn || rows.count !== 1) return uncorrectable;
  const column = 31 - Math.clz32(columns);
  flip(block, parity, rows.last, column);
  return { kind: "corrected", row: rows.last, column };
}

/** A bit is 1 for each of the nine columns that has an odd number of ones. */
function wrongColumns(block: Uint8Array, parity: Uint8Array): number {
  let sum = parity[0] as number;
  let ninth = rowBit(parity, block.length);
  for (let row = 0; row < block.length; row += 1) {
    sum ^= block[row] as number;
    ninth ^= rowBit(parity, row);
  }
  return sum | (ninth << 8);
}

/** How many rows have an odd number of ones, and the last of them. */
function wrongRows(block: Uint8Array, parity: Uint8Array): { count: number; last: number } {
  let count = 0;
  let last = 0;
  for (let row = 0; row <= block.length; row += 1) {
    if (!isRowWrong(block, parity, row)) continue;
    count += 1;
    last = row;
  }
  return { count, last };
}

function isRowWrong(block: Uint8Array, parity: Uint8Array, row: number): boolean {
  const bits = row < block.length ? block[row] : parity[0];
  return parityBit(bits as number, "even") !== rowBit(parity, row);
}

function rowBit(parity: Uint8Array, row: number): number {
  return ((parity[1 + (row >> 3)] as number) >> (row & 7)) & 1;
}

function flipRowBit(parity: Uint8Array, row: number): void {
  const at = 1 + (row >> 3);
  parity[at] = (parity[at] as number) ^ (1 << (row & 7));
}

function flip(block: Uint8Array, parity: Uint8Array, row: number, column: number): void {
  if (column === 8) flipRowBit(parity, row);
  else if (row < block.length) block[row] = (block[row] as number) ^ (1 << column);
  else parity[0] = (parity[0] as number) ^ (1 << column);
}
