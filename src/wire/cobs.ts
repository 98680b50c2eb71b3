/**
 * Consistent overhead byte stuffing (Cheshire and Baker 1999): takes the zeros out of bytes, so
 * that a zero can end a frame on a byte stream, at a cost of at most one byte in 254.
 *
 * The bytes are cut after each zero. Each piece goes as a code byte, one more than its length, and
 * its bytes without the zero; a piece of 254 bytes without a zero goes under code 255. The zero
 * after the last piece is understood.
 */
import { assert } from "../kernel/assert.js";

/** Ends a frame; it is in no encoded byte. */
export const cobsDelimiter = 0;

const fullCode = 0xff;

/**
 * How long `length` bytes may become, without delimiter. Some encoders end a full last piece with
 * one more code byte, which ours does not need; the decoder takes both.
 */
export const cobsBytesMax = (length: number): number => length + 1 + Math.floor(length / 254);

/** The encoded bytes in a fresh array, without delimiter. */
export function encodeCobs(plain: Uint8Array): Uint8Array {
  const encoded = new Uint8Array(cobsBytesMax(plain.length));
  let codeAt = 0;
  let next = 1;
  for (let index = 0; index < plain.length; index += 1) {
    const byte = plain[index] as number;
    if (byte !== 0) encoded[next++] = byte;
    const code = next - codeAt;
    const full = code === fullCode && index + 1 < plain.length;
    if (byte !== 0 && !full) continue;
    encoded[codeAt] = code;
    codeAt = next++;
  }
  encoded[codeAt] = next - codeAt;
  assert(next <= encoded.length, "the encoding is longer than it can be");
  return encoded.subarray(0, next);
}

/** The plain bytes in a fresh array; null for a zero, a missing byte, or nothing at all. */
export function decodeCobs(encoded: Uint8Array): Uint8Array | null {
  if (encoded.length === 0) return null;
  const plain = new Uint8Array(encoded.length);
  let length = 0;
  let at = 0;
  while (at < encoded.length) {
    const code = encoded[at] as number;
    const end = at + code;
    if (code === 0 || end > encoded.length) return null;
    const piece = encoded.subarray(at + 1, end);
    if (piece.includes(0)) return null;
    plain.set(piece, length);
    // The zero after the piece is already there: the array was made of zeros.
    length += piece.length + (code < fullCode && end < encoded.length ? 1 : 0);
    at = end;
  }
  return plain.subarray(0, length);
}

export interface CobsCounts {
  /** Frames decoded. */
  readonly frames: number;
  /** Longer than the cap: skipped up to the next delimiter. */
  readonly tooLong: number;
  /** A missing byte before a delimiter. */
  readonly malformed: number;
  /** Bytes, still stuffed, that belonged to no frame; delimiters are none. */
  readonly garbageBytes: number;
}

/**
 * Reads frames out of a byte stream that comes in pieces of any size. After noise it is in step
 * again at the next delimiter. Empty frames are line noise or a careful sender's extra delimiter,
 * and are not told.
 */
export class CobsReader {
  readonly #frameBytesMax: number;
  readonly #pending: Uint8Array;
  #length = 0;
  /** True from the byte that did not fit to the next delimiter. */
  #skipping = false;
  #frames = 0;
  #tooLong = 0;
  #malformed = 0;
  #garbageBytes = 0;

  /** @param frameBytesMax how long a decoded frame may be. */
  constructor(frameBytesMax: number) {
    this.#frameBytesMax = frameBytesMax;
    this.#pending = new Uint8Array(cobsBytesMax(frameBytesMax));
  }

  /**
   * Takes the next bytes of the stream; returns the frames that they complete, each its own array.
   */
  push(bytes: Uint8Array): readonly Uint8Array[] {
    const frames: Uint8Array[] = [];
    let start = 0;
    for (let end = bytes.indexOf(0); end >= 0; end = bytes.indexOf(0, start)) {
      this.#append(bytes.subarray(start, end));
      const frame = this.#finish();
      if (frame !== null) frames.push(frame);
      start = end + 1;
    }
    this.#append(bytes.subarray(start));
    return frames;
  }

  get garbageBytes(): number {
    return this.#garbageBytes;
  }

  counts(): CobsCounts {
    return {
      frames: this.#frames,
      tooLong: this.#tooLong,
      malformed: this.#malformed,
      garbageBytes: this.#garbageBytes,
    };
  }

  #append(bytes: Uint8Array): void {
    if (this.#skipping) this.#garbageBytes += bytes.length;
    if (this.#skipping) return;
    if (this.#length + bytes.length > this.#pending.length) {
      this.#skipping = true;
      this.#tooLong += 1;
      this.#garbageBytes += this.#length + bytes.length;
      return;
    }
    this.#pending.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #finish(): Uint8Array | null {
    const encoded = this.#pending.subarray(0, this.#length);
    const skipped = this.#skipping;
    this.#length = 0;
    this.#skipping = false;
    if (skipped || encoded.length === 0) return null;
    return this.#judge(decodeCobs(encoded), encoded.length);
  }

  #judge(frame: Uint8Array | null, stuffedBytes: number): Uint8Array | null {
    const fits = frame !== null && frame.length <= this.#frameBytesMax;
    if (frame === null) this.#malformed += 1;
    else if (fits) this.#frames += 1;
    else this.#tooLong += 1;
    if (!fits) this.#garbageBytes += stuffedBytes;
    return fits ? frame : null;
  }
}
