/**
 * Bodies as plain CBOR (see plain-cbor.ts for what is plain), by cbor-x under the settings that
 * keep it to the standard: no records, which are its default and outlive a message; maps with the
 * shortest head; no tags around byte arrays and maps; 64-bit integers as numbers, not as BigInt.
 *
 * What changes on the way, and only this: -0 arrives as 0, and integers beyond 32 bits travel as
 * 64-bit floats, which hold every safe integer.
 */
import { Encoder } from "cbor-x";
import { assert } from "../kernel/assert.js";
import { frameBytesMax } from "./envelope.js";
import { isPlainCbor } from "./plain-cbor.js";

/** What we use of cbor-x. Its own types need Node's, which the pure floors do without. */
interface Codec {
  encode(value: unknown): Uint8Array;
  decode(bytes: Uint8Array, end: number): unknown;
}

const settings = {
  useRecords: false,
  mapsAsObjects: true,
  variableMapSize: true,
  tagUint8Array: false,
  useTag259ForMaps: false,
  int64AsNumber: true,
  // Byte strings must not be views of the scratch below.
  copyBuffers: true,
};

const codec: Codec = new Encoder(settings);

/**
 * Bytes are decoded from here: cbor-x hangs a DataView on the array it is given, and a long-lived
 * array is given it once.
 */
const scratch = new Uint8Array(frameBytesMax);

export type Decoded = { readonly ok: true; readonly body: unknown } | { readonly ok: false };

const notPlain: Decoded = { ok: false };

/**
 * The body as CBOR, in memory that the next call may use again. The body is ours, so one that is
 * not plain data is a bug of ours, found here and not by a peer that refuses it.
 */
export function encodeBody(body: unknown): Uint8Array {
  const bytes = codec.encode(body);
  assert(isPlainCbor(bytes, 0, bytes.length), "the body of a frame is not plain data");
  return bytes;
}

/** Decodes bytes from anyone; never throws. */
export function decodeBody(frame: Uint8Array, start: number, end: number): Decoded {
  assert(start <= end && end - start <= scratch.length, "the body is longer than a frame");
  return decodeIn(scratch, frame, start, end);
}

/** The same of a body that may be longer than a frame: its reader has a bound of its own. */
export function decodeLongBody(bytes: Uint8Array, start: number, end: number): Decoded {
  const length = end - start;
  return decodeIn(length <= scratch.length ? scratch : new Uint8Array(length), bytes, start, end);
}

function decodeIn(place: Uint8Array, frame: Uint8Array, start: number, end: number): Decoded {
  if (!isPlainCbor(frame, start, end)) return notPlain;
  place.set(frame.subarray(start, end));
  try {
    return { ok: true, body: codec.decode(place, end - start) };
  } catch {
    // Nothing plain is known to get here; cbor-x throws errors of many types, so all are caught.
    return notPlain;
  }
}
