/**
 * A frame: what one write puts into a segment, as a whole or not at all.
 *
 *     0   CRC-32C of all that follows, begun from the sequence of the segment and the place
 *     4   length in units of 8 bytes (20 bits) and a check of the length (12 bits)
 *     8   the CRC of the frame before, over the borders of segments
 *     12  items, zeroes up to the next 8 bytes
 *
 * The CRC is bound to the place, so a frame of an earlier life of these sectors is none here, and
 * chained, so one that a disk has brought back from the past does not fit between its neighbours.
 *
 * From byte 12 on a frame is xored with words that depend on the place. So no sector of a frame is
 * all zeroes, whatever the data are, and a sector that is was not written: that is how a torn write
 * (cut, for it was never acknowledged) is told from a bit that has rotted (never cut).
 */
import { crc32c } from "../../codes/crc32c.js";
import { assert } from "../../kernel/assert.js";

/** Frames begin and end at multiples of it, in bytes: CRC and length are in one sector. */
export const frameUnit = 8;

export const frameHeaderBytes = 12;

/** What a disk writes whole or not at all, in bytes; a bigger unit is made of these. */
export const sectorBytes = 512;

const lengthBits = 20;
const checkBits = 32 - lengthBits;

/** 2^32 divided by the golden ratio, odd: lengths that differ in one bit differ in the check. */
const spread = 0x9e3779b1;

/** The longest frame, in bytes: as much as one write carries, without the magic before it. */
export const frameBytesMax = 4 * 1_024 * 1_024 - frameUnit;

export const frameBytesFor = (itemBytes: number): number =>
  Math.ceil((frameHeaderBytes + itemBytes) / frameUnit) * frameUnit;

/** Where a frame stands. */
export interface FramePlace {
  readonly sequence: number;
  /** From the beginning of the file; a multiple of 8. */
  readonly offset: number;
}

/**
 * Makes a frame of bytes whose items are written from byte 12 on.
 *
 * @param bytes the whole frame, zero where no item is
 * @returns its CRC, for the next one
 */
export function sealFrame(bytes: Uint8Array, place: FramePlace, previousCrc: number): number {
  const units = bytes.length / frameUnit;
  assert(Number.isInteger(units) && bytes.length <= frameBytesMax, "not the length of a frame");
  assert(place.offset % frameUnit === 0, "not the place of a frame");
  const view = viewOf(bytes);
  const seed = seedOf(place);
  view.setUint32(4, units * 2 ** checkBits + checkOf(units, seed));
  view.setUint32(8, previousCrc);
  whiten(view, seed);
  const crc = crc32c(bytes.subarray(4), seed);
  view.setUint32(0, crc);
  return crc;
}

/** What a header says; `length` in bytes, and is believed only as far as its check goes. */
export function frameLengthAt(bytes: Uint8Array, place: FramePlace): number | null {
  const { offset } = place;
  if (offset + frameHeaderBytes > bytes.length) return null;
  const word = viewOf(bytes).getUint32(offset + 4);
  const units = word >>> checkBits;
  if (units * frameUnit <= frameHeaderBytes) return null;
  const check = word & (2 ** checkBits - 1);
  return check === checkOf(units, seedOf(place)) ? units * frameUnit : null;
}

export interface OpenedFrame {
  readonly crc: number;
  readonly previousCrc: number;
  readonly length: number;
  /** The items, in memory of their own. */
  readonly items: Uint8Array;
}

/** The frame that stands there whole; null where there is none. */
export function openFrame(bytes: Uint8Array, place: FramePlace): OpenedFrame | null {
  const { offset } = place;
  const length = frameLengthAt(bytes, place);
  if (length === null || offset + length > bytes.length) return null;
  const seed = seedOf(place);
  const crc = crc32c(bytes.subarray(offset + 4, offset + length), seed);
  if (crc !== viewOf(bytes).getUint32(offset)) return null;
  const frame = bytes.slice(offset, offset + length);
  const view = viewOf(frame);
  whiten(view, seed);
  const items = frame.subarray(frameHeaderBytes);
  return { crc, previousCrc: view.getUint32(8), length, items };
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const placeBytes = new Uint8Array(12);
const placeView = new DataView(placeBytes.buffer);

function seedOf(place: FramePlace): number {
  placeView.setFloat64(0, place.sequence);
  placeView.setUint32(8, place.offset);
  return crc32c(placeBytes);
}

function checkOf(units: number, seed: number): number {
  return (Math.imul(units, spread) >>> lengthBits) ^ (seed >>> lengthBits);
}

/** Twice is nothing. A word of zeroes stays one at one place of 2^32 only. */
function whiten(view: DataView, seed: number): void {
  for (let at = frameHeaderBytes; at < view.byteLength; at += 4) {
    const mask = Math.imul(seed + at, spread);
    view.setUint32(at, view.getUint32(at) ^ mask ^ (mask >>> 15));
  }
}
