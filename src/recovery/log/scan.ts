/**
 * Reads a segment as it is found, and says what its end looks like.
 *
 * One write is under way at a time, and the next begins only when it has ended well. So of all
 * frames only the last can be torn, and it was never acknowledged; a frame that is not whole with a
 * whole one behind it was durable once, and has rotted. Of a last frame that is not whole its
 * sectors tell: a write that was torn has left one of them as it was, all zero (see frame.ts).
 * Where none is, the frame was written whole and something has changed it since, and it may have
 * been acknowledged.
 *
 * What cannot be told: whether a sector was never written, or was and has come back as zeroes.
 */
import {
  type FramePlace,
  frameBytesMax,
  frameLengthAt,
  frameUnit,
  openFrame,
  sectorBytes,
} from "./frame.js";
import { type LogItem, parseItems } from "./items.js";
import { magicBytes, readMagic } from "./segment.js";

export interface ScannedFrame {
  readonly offset: number;
  readonly previousCrc: number;
  readonly crc: number;
  readonly items: readonly LogItem[];
}

export type Tail =
  /** Zeroes to the end. */
  | { readonly kind: "clean" }
  /** A write that did not come to its end: `zeroed` if its beginning is missing. */
  | { readonly kind: "torn" | "zeroed"; readonly to: number }
  | { readonly kind: "unknown-version" }
  /** `later`: the first whole frame behind. */
  | { readonly kind: "rotten"; readonly later: ScannedFrame | null; readonly detail: string };

export interface SegmentScan {
  readonly frames: readonly ScannedFrame[];
  /** Where the last whole frame ends; 0 when there is none. */
  readonly end: number;
  readonly tail: Tail;
}

export function scanSegment(bytes: Uint8Array, sequence: number): SegmentScan {
  const verdict = readMagic(bytes);
  const frames: ScannedFrame[] = [];
  if (verdict === "unknown-version") return { frames, end: 0, tail: { kind: verdict } };
  let end = magicBytes;
  if (verdict === "ours") {
    let frame = frameAt(bytes, { sequence, offset: end });
    while (frame !== null) {
      frames.push(frame);
      end = frame.end;
      frame = frameAt(bytes, { sequence, offset: end });
    }
  }
  const tail = tailOf(bytes, { sequence, offset: end }, verdict === "foreign");
  return { frames, end: frames.length === 0 ? 0 : end, tail };
}

interface PlacedFrame extends ScannedFrame {
  readonly end: number;
}

function frameAt(bytes: Uint8Array, place: FramePlace): PlacedFrame | null {
  const opened = openFrame(bytes, place);
  if (opened === null) return null;
  const items = parseItems(opened.items);
  if (items === null) return null;
  const { crc, previousCrc, length } = opened;
  return { offset: place.offset, end: place.offset + length, previousCrc, crc, items };
}

/** @param place behind the last whole frame */
function tailOf(bytes: Uint8Array, place: FramePlace, isForeign: boolean): Tail {
  // The magic is written with the first frame: it is as torn or as rotten as that one is.
  const from = place.offset === magicBytes ? 0 : place.offset;
  const to = usedEnd(bytes, from);
  if (to === from) return { kind: "clean" };
  const later = frameBehind(bytes, place, to);
  if (later !== null) return rotten(`no whole record at ${from}, but one behind it`, later);
  if (isForeign) return rotten("it does not begin as a segment does", null);
  return isZeroIn(bytes, place.offset, place.offset + frameUnit)
    ? zeroedTail(bytes, from, to)
    : tornTail(bytes, place, to);
}

const rotten = (detail: string, later: ScannedFrame | null): Tail => ({
  kind: "rotten",
  later,
  detail,
});

/** The header is missing: then its whole sector must be, as far as it is of this frame. */
function zeroedTail(bytes: Uint8Array, from: number, to: number): Tail {
  if (to - from > magicBytes + frameBytesMax) {
    return rotten(`there is more behind ${from} than one write leaves`, null);
  }
  return isZeroIn(bytes, from, sectorEnd(from))
    ? { kind: "zeroed", to }
    : rotten(`the header of the record at ${from} has been cleared`, null);
}

function tornTail(bytes: Uint8Array, place: FramePlace, to: number): Tail {
  const { offset } = place;
  const length = frameLengthAt(bytes, place);
  if (length === null) return rotten(`the header of the record at ${offset} has changed`, null);
  if (to > offset + length) return rotten(`there is more behind the record at ${offset}`, null);
  for (let at = sectorEnd(offset); at < offset + length; at += sectorBytes) {
    if (isZeroIn(bytes, at, Math.min(at + sectorBytes, offset + length))) {
      return { kind: "torn", to: Math.max(to, offset) };
    }
  }
  return rotten(`the record at ${offset} was written whole, and has changed since`, null);
}

const sectorEnd = (offset: number): number => (Math.floor(offset / sectorBytes) + 1) * sectorBytes;

/** One past the last byte from there on that is not zero. */
function usedEnd(bytes: Uint8Array, from: number): number {
  let to = bytes.length;
  while (to > from && bytes[to - 1] === 0) to -= 1;
  return to;
}

function frameBehind(bytes: Uint8Array, place: FramePlace, to: number): ScannedFrame | null {
  const { sequence } = place;
  for (let offset = place.offset + frameUnit; offset < to; offset += frameUnit) {
    const frame = frameAt(bytes, { sequence, offset });
    if (frame !== null) return frame;
  }
  return null;
}

/** Bytes past the end of the file are as good as zero. */
function isZeroIn(bytes: Uint8Array, from: number, to: number): boolean {
  const end = Math.min(to, bytes.length);
  for (let at = from; at < end; at += 1) if (bytes[at] !== 0) return false;
  return true;
}
