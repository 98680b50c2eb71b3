/**
 * CRC-32C (Castagnoli 1993; RFC 3720 appendix B.4): reflected, polynomial 1EDC6F41, initial and
 * final value FFFFFFFF. For the lengths of our frames it finds every error of up to three bits and
 * every burst of up to 32 bits. It protects from noise, never from a person.
 *
 * Eight bytes are folded at once with eight tables ("slicing by 8", Kounavis and Berry 2005): table
 * k holds what a byte becomes after k more zero bytes. Nothing is allocated.
 */

/** The polynomial with its bits reversed. */
const polynomial = 0x82f63b78;
const slices = 8;
const tables = makeTables();

/**
 * The CRC of the bytes as an unsigned 32-bit integer.
 *
 * @param before the CRC of the bytes that went before: the CRC of a whole is that of its second
 * part, begun from that of its first.
 */
export function crc32c(bytes: Uint8Array, before = 0): number {
  const folded = bytes.length - (bytes.length % slices);
  let crc = ~before;
  for (let at = 0; at < folded; at += slices) crc = foldEight(bytes, at, crc);
  for (let at = folded; at < bytes.length; at += 1) {
    crc = (crc >>> 8) ^ entry(0, (crc ^ byteAt(bytes, at)) & 0xff);
  }
  return ~crc >>> 0;
}

function foldEight(bytes: Uint8Array, at: number, crc: number): number {
  const first = byteAt(bytes, at) | (byteAt(bytes, at + 1) << 8);
  const word = crc ^ (first | (byteAt(bytes, at + 2) << 16) | (byteAt(bytes, at + 3) << 24));
  return (
    entry(7, word & 0xff) ^
    entry(6, (word >>> 8) & 0xff) ^
    entry(5, (word >>> 16) & 0xff) ^
    entry(4, word >>> 24) ^
    entry(3, byteAt(bytes, at + 4)) ^
    entry(2, byteAt(bytes, at + 5)) ^
    entry(1, byteAt(bytes, at + 6)) ^
    entry(0, byteAt(bytes, at + 7))
  );
}

function entry(slice: number, byte: number): number {
  return tables[slice * 256 + byte] as number;
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] as number;
}

function makeTables(): Int32Array {
  const made = new Int32Array(slices * 256);
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ ((crc & 1) * polynomial);
    made[byte] = crc;
  }
  for (let index = 256; index < made.length; index += 1) {
    const shorter = made[index - 256] as number;
    made[index] = (shorter >>> 8) ^ (made[shorter & 0xff] as number);
  }
  return made;
}
