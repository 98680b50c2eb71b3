/**
 * Makes a CRC of 8 to 32 bits from its model. A CRC is the remainder of the frame, read as a
 * polynomial over GF(2), after division by the generator (Peterson and Brown 1961).
 *
 * Eight bytes are folded at once with eight tables ("slicing by 8", Kounavis and Berry 2005): table
 * k holds what a byte becomes after k more zero bytes. Narrow CRCs run in the same 32-bit register,
 * at the end where the bits leave it: at its top when bytes enter highest bit first, else at its
 * bottom. So there are two loops, not one a width. Nothing is allocated by a call.
 */
import { type Crc, type CrcModel, checkModel, reflect } from "./model.js";

const slices = 8;

/** Throws a `UsageError` for a model that no CRC can have. The tables of one CRC are 8 KiB. */
export function makeCrc(model: CrcModel): Crc {
  checkModel(model);
  return model.refin ? makeReflected(model) : makeForward(model);
}

/** Lowest bit first: the register is in the lowest bits, and bits leave it at the bottom. */
function makeReflected(model: CrcModel): Crc {
  const { width, refout } = model;
  const tables = reflectedTables(reflect(model.poly, width));
  const xorout = model.xorout | 0;
  const turned = (value: number): number => (refout ? value : reflect(value, width));
  const empty = turned(reflect(model.init, width)) ^ xorout;
  return (bytes, before = empty) => {
    const register = turned((before ^ xorout) >>> 0);
    return (turned(foldReflected(tables, bytes, register) >>> 0) ^ xorout) >>> 0;
  };
}

/** Highest bit first: the register is in the highest bits, and bits leave it at the top. */
function makeForward(model: CrcModel): Crc {
  const { width, refout } = model;
  const unused = 32 - width;
  const tables = forwardTables(model.poly << unused);
  const xorout = model.xorout | 0;
  const turned = (value: number): number => (refout ? reflect(value, width) : value);
  const empty = turned(model.init) ^ xorout;
  return (bytes, before = empty) => {
    const register = turned((before ^ xorout) >>> 0) << unused;
    return (turned(foldForward(tables, bytes, register) >>> unused) ^ xorout) >>> 0;
  };
}

function foldReflected(tables: Int32Array, bytes: Uint8Array, register: number): number {
  const folded = bytes.length - (bytes.length % slices);
  let crc = register;
  for (let at = 0; at < folded; at += slices) {
    const word = crc ^ wordAt(bytes, at);
    crc =
      entry(tables, 7, word & 0xff) ^
      entry(tables, 6, (word >>> 8) & 0xff) ^
      entry(tables, 5, (word >>> 16) & 0xff) ^
      entry(tables, 4, word >>> 24) ^
      foldFour(tables, bytes, at + 4);
  }
  for (let at = folded; at < bytes.length; at += 1) {
    crc = (crc >>> 8) ^ entry(tables, 0, (crc ^ byteAt(bytes, at)) & 0xff);
  }
  return crc;
}

function foldForward(tables: Int32Array, bytes: Uint8Array, register: number): number {
  const folded = bytes.length - (bytes.length % slices);
  let crc = register;
  for (let at = 0; at < folded; at += slices) {
    crc =
      entry(tables, 7, (crc >>> 24) ^ byteAt(bytes, at)) ^
      entry(tables, 6, ((crc >>> 16) & 0xff) ^ byteAt(bytes, at + 1)) ^
      entry(tables, 5, ((crc >>> 8) & 0xff) ^ byteAt(bytes, at + 2)) ^
      entry(tables, 4, (crc & 0xff) ^ byteAt(bytes, at + 3)) ^
      foldFour(tables, bytes, at + 4);
  }
  for (let at = folded; at < bytes.length; at += 1) {
    crc = (crc << 8) ^ entry(tables, 0, (crc >>> 24) ^ byteAt(bytes, at));
  }
  return crc;
}

/** What the last four of eight bytes become: the register does not reach them. */
function foldFour(tables: Int32Array, bytes: Uint8Array, at: number): number {
  return (
    entry(tables, 3, byteAt(bytes, at)) ^
    entry(tables, 2, byteAt(bytes, at + 1)) ^
    entry(tables, 1, byteAt(bytes, at + 2)) ^
    entry(tables, 0, byteAt(bytes, at + 3))
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

function reflectedTables(polynomial: number): Int32Array {
  const made = new Int32Array(slices * 256);
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ ((crc & 1) * polynomial);
    made[byte] = crc;
  }
  for (let index = 256; index < made.length; index += 1) {
    const shorter = made[index - 256] as number;
    made[index] = (shorter >>> 8) ^ entry(made, 0, shorter & 0xff);
  }
  return made;
}

function forwardTables(polynomial: number): Int32Array {
  const made = new Int32Array(slices * 256);
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte << 24;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc << 1) ^ ((crc >>> 31) * polynomial);
    made[byte] = crc;
  }
  for (let index = 256; index < made.length; index += 1) {
    const shorter = made[index - 256] as number;
    made[index] = (shorter << 8) ^ entry(made, 0, shorter >>> 24);
  }
  return made;
}
