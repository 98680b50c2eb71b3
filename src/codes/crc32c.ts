/**
 * CRC-32C (Castagnoli 1993; RFC 3720 appendix B.4): reflected, polynomial 1EDC6F41, initial and
 * final value FFFFFFFF. For the lengths of our frames it finds every error of up to three bits and
 * every burst of up to 32 bits. It protects from noise, never from a person.
 *
 * Sixteen bytes are folded at once with as many tables ("slicing", Kounavis and Berry 2005): table
 * k holds what a byte becomes after k more zero bytes. It does not come from `crc/crc.ts`, for
 * every frame pays for it: tables that the compiler knows as constants need no check of their
 * bounds, and a CRC that is made by a function could not have them.
 *
 * A short frame allocates nothing. A long one gets a view of its memory in words, which costs as
 * much as some hundred bytes, and halves the time of the rest.
 */

/** The polynomial with its bits reversed. */
const polynomial = 0x82f63b78;
const slices = 16;
const tables = makeTables();

/** From so many bytes on, words are worth their view. */
const viewedBytesMin = 512;

/** Words are read as this machine stores them; the loop over them is for lowest byte first. */
const lowestByteFirst = new Uint8Array(new Int32Array([1]).buffer)[0] === 1;

/**
 * The CRC of the bytes as an unsigned 32-bit integer.
 *
 * @param before the CRC of the bytes that went before: the CRC of a whole is that of its second
 * part, begun from that of its first.
 */
export function crc32c(bytes: Uint8Array, before = 0): number {
  if (bytes.length >= viewedBytesMin && lowestByteFirst) return ~foldLong(bytes, ~before) >>> 0;
  // By a mask, for with a remainder in its place the loop took a quarter longer.
  const folded = bytes.length & ~(slices - 1);
  let crc = ~before;
  for (let at = 0; at < folded; at += slices) {
    crc =
      entry(15, byteAt(bytes, at) ^ (crc & 0xff)) ^
      entry(14, byteAt(bytes, at + 1) ^ ((crc >>> 8) & 0xff)) ^
      entry(13, byteAt(bytes, at + 2) ^ ((crc >>> 16) & 0xff)) ^
      entry(12, byteAt(bytes, at + 3) ^ (crc >>> 24)) ^
      entry(11, byteAt(bytes, at + 4)) ^
      entry(10, byteAt(bytes, at + 5)) ^
      entry(9, byteAt(bytes, at + 6)) ^
      entry(8, byteAt(bytes, at + 7)) ^
      entry(7, byteAt(bytes, at + 8)) ^
      entry(6, byteAt(bytes, at + 9)) ^
      entry(5, byteAt(bytes, at + 10)) ^
      entry(4, byteAt(bytes, at + 11)) ^
      entry(3, byteAt(bytes, at + 12)) ^
      entry(2, byteAt(bytes, at + 13)) ^
      entry(1, byteAt(bytes, at + 14)) ^
      entry(0, byteAt(bytes, at + 15));
  }
  for (let at = folded; at < bytes.length; at += 1) crc = foldByte(bytes, at, crc);
  return ~crc >>> 0;
}

function foldLong(bytes: Uint8Array, register: number): number {
  const lead = -bytes.byteOffset & 3;
  const steps = Math.floor((bytes.length - lead) / slices);
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + lead, steps * 4);
  let crc = register;
  for (let at = 0; at < lead; at += 1) crc = foldByte(bytes, at, crc);
  for (let at = 0; at < words.length; at += 4) {
    crc =
      foldWord(12, crc ^ (words[at] as number)) ^
      foldWord(8, words[at + 1] as number) ^
      foldWord(4, words[at + 2] as number) ^
      foldWord(0, words[at + 3] as number);
  }
  for (let at = lead + steps * slices; at < bytes.length; at += 1) crc = foldByte(bytes, at, crc);
  return crc;
}

/** What four bytes become after `zeros` more zero bytes, the first of them lowest in the word. */
function foldWord(zeros: number, word: number): number {
  return (
    entry(zeros + 3, word & 0xff) ^
    entry(zeros + 2, (word >>> 8) & 0xff) ^
    entry(zeros + 1, (word >>> 16) & 0xff) ^
    entry(zeros, word >>> 24)
  );
}

function foldByte(bytes: Uint8Array, at: number, crc: number): number {
  return (crc >>> 8) ^ entry(0, (crc ^ byteAt(bytes, at)) & 0xff);
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
