/**
 * Tells whether bytes are one item of plain CBOR: the part of RFC 8949 that means the same to every
 * reader as JSON does, plus byte strings. It is asked before a decoder sees anything, so that
 * hostile bytes never reach the decoder's odd corners: tags that build objects, regular
 * expressions, cycles or code, bignums in quadratic time, records that outlive a message.
 *
 * Plain are: integers within the safe ones, finite floats of 16, 32 and 64 bits, false, true and
 * null, byte and text strings, arrays, and maps with text keys. Not plain, and refused: every tag,
 * indefinite lengths, `undefined` and other simple values, NaN and the infinities, text that is not
 * UTF-8 or begins with a byte order mark, a key `__proto__`, more than `cborDepthMax` levels, and
 * bytes after the item.
 *
 * An item takes at least a byte, so the frame's length bounds the work; nothing is allocated.
 */
import { isUtf8 } from "./utf8.js";

/**
 * Arrays and maps within one another: an app's state may have 16 levels, its message a few more.
 */
export const cborDepthMax = 24;

const unsignedInteger = 0;
const negativeInteger = 1;
const byteString = 2;
const textString = 3;
const array = 4;
const map = 5;
const simpleOrFloat = 7;

/** What a function here answers instead of an offset. */
const refused = -1;

const prototypeKey = [..."__proto__"].map((letter) => letter.charCodeAt(0));

/** Whether `bytes` from `start` up to `end` are one plain item and nothing else. */
export function isPlainCbor(bytes: Uint8Array, start: number, end: number): boolean {
  return afterItem(bytes, start, end, cborDepthMax) === end;
}

/** Where the item that begins at `at` ends. */
function afterItem(bytes: Uint8Array, at: number, end: number, depth: number): number {
  if (at >= end) return refused;
  const initial = bytes[at] as number;
  const major = initial >> 5;
  const info = initial & 0x1f;
  if (major === simpleOrFloat) return afterSimple(bytes, at, end, info);
  const next = at + headLength(info);
  if (next === at || next > end) return refused;
  const argument = argumentAt(bytes, at, info);
  switch (major) {
    case unsignedInteger:
      return argument <= Number.MAX_SAFE_INTEGER ? next : refused;
    case negativeInteger:
      return argument < Number.MAX_SAFE_INTEGER ? next : refused;
    case byteString:
      return argument <= end - next ? next + argument : refused;
    case textString:
      return afterText(bytes, next, end, argument);
    case array:
      return depth === 0 ? refused : afterArray(bytes, next, end, argument, depth - 1);
    case map:
      return depth === 0 ? refused : afterMap(bytes, next, end, argument, depth - 1);
    default:
      return refused;
  }
}

function afterText(bytes: Uint8Array, at: number, end: number, length: number): number {
  if (length > end - at) return refused;
  if (length >= 3 && hasByteOrderMark(bytes, at)) return refused;
  return isUtf8(bytes, at, at + length) ? at + length : refused;
}

/**
 * cbor-x drops a mark from the front of long text exactly where its native addon is not installed,
 * so two replicas could read one frame as two texts.
 */
function hasByteOrderMark(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf;
}

function afterArray(
  bytes: Uint8Array,
  start: number,
  end: number,
  count: number,
  depth: number,
): number {
  if (count > end - start) return refused;
  let at = start;
  for (let index = 0; index < count && at !== refused; index += 1) {
    at = afterItem(bytes, at, end, depth);
  }
  return at;
}

function afterMap(
  bytes: Uint8Array,
  start: number,
  end: number,
  count: number,
  depth: number,
): number {
  if (2 * count > end - start) return refused;
  let at = start;
  for (let index = 0; index < count && at !== refused; index += 1) {
    const key = afterKey(bytes, at, end);
    at = key === refused ? refused : afterItem(bytes, key, end, depth);
  }
  return at;
}

/** Other keys than text would arrive as text, so a map would not be what was sent. */
function afterKey(bytes: Uint8Array, at: number, end: number): number {
  if (at >= end || (bytes[at] as number) >> 5 !== textString) return refused;
  const after = afterItem(bytes, at, end, 0);
  if (after === refused) return refused;
  const length = argumentAt(bytes, at, (bytes[at] as number) & 0x1f);
  return isPrototypeKey(bytes, after - length, length) ? refused : after;
}

/** The decoder would rename it. */
function isPrototypeKey(bytes: Uint8Array, start: number, length: number): boolean {
  if (length !== prototypeKey.length) return false;
  return prototypeKey.every((letter, index) => bytes[start + index] === letter);
}

function afterSimple(bytes: Uint8Array, at: number, end: number, info: number): number {
  if (info >= 20 && info <= 22) return at + 1;
  if (info < 25) return refused;
  const next = at + headLength(info);
  return next > at && next <= end && isFiniteFloat(bytes, at, info) ? next : refused;
}

/** Finite: the bits of the exponent, of which there are 5, 8 or 11, are not all ones. */
function isFiniteFloat(bytes: Uint8Array, at: number, info: number): boolean {
  const first = bytes[at + 1] as number;
  if (info === 25) return (first & 0x7c) !== 0x7c;
  const exponentRest = info === 26 ? 0x80 : 0xf0;
  const second = bytes[at + 2] as number;
  return (first & 0x7f) !== 0x7f || (second & exponentRest) !== exponentRest;
}

/** The initial byte and its argument; 0 for indefinite lengths and what is reserved. */
function headLength(info: number): number {
  if (info < 24) return 1;
  return info < 28 ? 1 + (1 << (info - 24)) : 0;
}

/** Exact up to 2^53; larger ones are rounded, and refused by whoever asked. */
function argumentAt(bytes: Uint8Array, at: number, info: number): number {
  if (info < 24) return info;
  const length = 1 << (info - 24);
  let value = 0;
  for (let index = 1; index <= length; index += 1) {
    value = value * 256 + (bytes[at + index] as number);
  }
  return value;
}
