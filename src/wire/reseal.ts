/**
 * Opens a frame with the cluster's key and seals it again with another body under the same header.
 * Only for fault injection: it makes the replica that says different things to different readers,
 * which no link could (Lamport, Shostak and Pease 1982).
 */
import { decodeBody, encodeBody } from "./cbor.js";
import {
  type FrameKind,
  frameBytesMax,
  headerBytes,
  kindOf,
  readHeader,
  untaggedBytesMin,
} from "./envelope.js";
import type { Mac } from "./mac.js";

/**
 * @param change gives the new body; plain data that fits into a frame
 * @returns a fresh frame, or null when the bytes are no frame under this key
 */
export function reseal(
  bytes: Uint8Array,
  mac: Mac,
  change: (kind: FrameKind, body: unknown) => unknown,
): Uint8Array | null {
  const end = bytes.length - mac.bytes;
  if (bytes.length > frameBytesMax || end < untaggedBytesMin) return null;
  if (!mac.verify(bytes.subarray(0, end), bytes.subarray(end))) return null;
  const header = readHeader(bytes, end);
  const kind = header === null ? null : kindOf(header.kindCode);
  if (header === null || kind === null) return null;
  const bodyAt = headerBytes(header.source);
  const decoded = decodeBody(bytes, bodyAt, end);
  if (!decoded.ok) return null;
  return sealAgain(bytes.subarray(0, bodyAt), encodeBody(change(kind, decoded.body)), mac);
}

function sealAgain(header: Uint8Array, body: Uint8Array, mac: Mac): Uint8Array {
  const untagged = header.length + body.length;
  const frame = new Uint8Array(untagged + mac.bytes);
  frame.set(header);
  frame.set(body, header.length);
  frame.set(mac.tag(frame.subarray(0, untagged)), untagged);
  return frame;
}
