/**
 * A segment: a file of zeroes into which frames are written one behind the other. It is made before
 * it is needed, with all its bytes, so that a write changes neither its length nor where it lies:
 * the file system has nothing else to make durable, and a full disk is noticed a segment early.
 *
 *     0   HFLOG, 0, version (16 bits)
 *     8   the first frame, which begins with a head and repeats meta and mark
 *         further frames
 *         zeroes
 *
 * The version stands apart from the frames, so that a program that is too old can say so.
 */
import { frameUnit } from "./frame.js";

export const logVersion = 1;

/** The magic, in bytes: the first frame begins behind it. */
export const magicBytes = frameUnit;

const magic = [0x48, 0x46, 0x4c, 0x4f, 0x47, 0];

export function writeMagic(bytes: Uint8Array): void {
  bytes.set(magic);
  new DataView(bytes.buffer, bytes.byteOffset).setUint16(magic.length, logVersion);
}

export type MagicVerdict = "ours" | "unknown-version" | "zero" | "foreign";

export function readMagic(bytes: Uint8Array): MagicVerdict {
  const found = bytes.subarray(0, magicBytes);
  if (found.every((byte) => byte === 0)) return "zero";
  if (found.length < magicBytes || magic.some((byte, at) => found[at] !== byte)) return "foreign";
  const version = new DataView(bytes.buffer, bytes.byteOffset).getUint16(magic.length);
  return version === logVersion ? "ours" : "unknown-version";
}
