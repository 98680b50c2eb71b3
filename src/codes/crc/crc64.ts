/**
 * CRC-64/XZ, which AUTOSAR calls CRC64: the polynomial of ECMA-182, 42F0E1EBA9EA3693, reflected,
 * initial and final value all ones.
 *
 * The register is two halves of 32 bits, for a number holds 53 bits exactly and each step of a
 * `bigint` allocates. The result is one `bigint` all the same: it compares with `===`, goes into a
 * frame with `setBigUint64`, and a pair of halves would be an allocation as well. So a call
 * allocates once, however many bytes there are.
 */

/** The polynomial with its bits reversed, as halves. */
const polynomialHigh = 0xc96c5795 | 0;
const polynomialLow = 0xd7870f42 | 0;

const slices = 8;
const highs = new Int32Array(slices * 256);
const lows = new Int32Array(slices * 256);
fillTables();

/**
 * The CRC of the bytes, unsigned.
 *
 * @param before the CRC of the bytes that went before: the CRC of a whole is that of its second
 * part, begun from that of its first.
 */
export function crc64Xz(bytes: Uint8Array, before = 0n): bigint {
  const folded = bytes.length - (bytes.length % slices);
  let high = ~Number(BigInt.asIntN(32, before >> 32n));
  let low = ~Number(BigInt.asIntN(32, before));
  for (let at = 0; at < folded; at += slices) {
    const first = low ^ wordAt(bytes, at);
    const second = high ^ wordAt(bytes, at + 4);
    high = foldWord(highs, 4, first) ^ foldWord(highs, 0, second);
    low = foldWord(lows, 4, first) ^ foldWord(lows, 0, second);
  }
  for (let at = folded; at < bytes.length; at += 1) {
    const index = (low ^ byteAt(bytes, at)) & 0xff;
    low = ((low >>> 8) | (high << 24)) ^ entry(lows, 0, index);
    high = (high >>> 8) ^ entry(highs, 0, index);
  }
  return (BigInt(~high >>> 0) << 32n) | BigInt(~low >>> 0);
}

/** What four bytes become after `zeros` more zero bytes: one half of it. */
function foldWord(tables: Int32Array, zeros: number, word: number): number {
  return (
    entry(tables, zeros + 3, word & 0xff) ^
    entry(tables, zeros + 2, (word >>> 8) & 0xff) ^
    entry(tables, zeros + 1, (word >>> 16) & 0xff) ^
    entry(tables, zeros, word >>> 24)
  );
}

function wordAt(bytes: Uint8Array, at: number): number {
  const low = byteAt(bytes, at) | (byteAt(bytes, at + 1) << 8);
  return low | (byteAt(bytes, at + 2) << 16) | (byteAt(bytes, at + 3) << 24);
}

function entry(tables: Int32Array, slice: number, byte: number): number {
  return tables[slice * 256 + byte] as number;
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] as number;
}

function fillTables(): void {
  for (let byte = 0; byte < 256; byte += 1) fillShortest(byte);
  for (let index = 256; index < lows.length; index += 1) {
    const low = lows[index - 256] as number;
    const high = highs[index - 256] as number;
    lows[index] = ((low >>> 8) | (high << 24)) ^ entry(lows, 0, low & 0xff);
    highs[index] = (high >>> 8) ^ entry(highs, 0, low & 0xff);
  }
}

function fillShortest(byte: number): void {
  let low = byte;
  let high = 0;
  for (let bit = 0; bit < 8; bit += 1) {
    const leaving = low & 1;
    low = ((low >>> 1) | (high << 31)) ^ (leaving * polynomialLow);
    high = (high >>> 1) ^ (leaving * polynomialHigh);
  }
  lows[byte] = low;
  highs[byte] = high;
}
