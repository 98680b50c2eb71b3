/** What is read of the log: numbers, and blocks of bytes. */
import type { ByteReader } from "../../wire/byte-reader.js";

export const readNumber = (reader: ByteReader): number =>
  reader.integer(0, Number.MAX_SAFE_INTEGER);

/** A copy: what is read from is a whole segment, and is let go of. */
export const readBlock = (reader: ByteReader, lengthMax: number): Uint8Array =>
  reader.bytes(lengthMax).slice();
