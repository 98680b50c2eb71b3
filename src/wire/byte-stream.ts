/**
 * Frames on a byte stream, such as a serial line: the payload and its CRC-32C, stuffed by COBS,
 * between two zeros. The leading zero ends whatever noise the line picked up while it was idle, so
 * that the noise does not cost the frame.
 *
 *     00 | COBS( payload | CRC-32C, 4 bytes, big endian ) | 00
 *
 * The CRC is for the line. Frames between replicas carry the cluster's tag as well.
 */
import { crc32c } from "../codes/crc32c.js";
import { assert } from "../kernel/assert.js";
import { type CobsCounts, CobsReader, cobsDelimiter, encodeCobs } from "./cobs.js";
import { frameBytesMax } from "./envelope.js";

const crcBytes = 4;

/**
 * A fresh array to put on the line.
 *
 * @param payload 1 to `bytesMax` bytes
 * @param bytesMax more than a frame where a line adds something of its own, at both ends
 */
export function toByteStream(payload: Uint8Array, bytesMax = frameBytesMax): Uint8Array {
  const { length } = payload;
  assert(length > 0 && length <= bytesMax, `${length} bytes are no frame`);
  const checked = new Uint8Array(length + crcBytes);
  checked.set(payload);
  new DataView(checked.buffer).setUint32(length, crc32c(payload));
  const stuffed = encodeCobs(checked);
  const line = new Uint8Array(stuffed.length + 2).fill(cobsDelimiter);
  line.set(stuffed, 1);
  return line;
}

export interface ByteStreamCounts extends CobsCounts {
  /** Stuffed as it should be, but the CRC says that a byte was changed. */
  readonly badChecksum: number;
  /** How often a whole frame came after garbage. */
  readonly resynchronised: number;
}

/** Reads frames from a line where bytes are lost, changed and added; never throws. */
export class ByteStreamReader {
  readonly #cobs: CobsReader;
  #badChecksum = 0;
  /** Of those that were stuffed as they should be. */
  #garbageBytes = 0;
  #resynchronised = 0;
  /** There was garbage since the last whole frame. */
  #lost = false;

  /** @param payloadBytesMax longer payloads are skipped and counted */
  constructor(payloadBytesMax = frameBytesMax) {
    this.#cobs = new CobsReader(payloadBytesMax + crcBytes);
  }

  /** Takes the next bytes of the line; returns the payloads that they complete. */
  push(bytes: Uint8Array): readonly Uint8Array[] {
    const payloads: Uint8Array[] = [];
    const { garbageBytes } = this.#cobs;
    for (const frame of this.#cobs.push(bytes)) {
      const payload = payloadOf(frame);
      if (payload === null) this.#refuse(frame);
      else payloads.push(payload);
    }
    this.#follow(payloads.length > 0, this.#cobs.garbageBytes > garbageBytes);
    return payloads;
  }

  get garbageBytes(): number {
    return this.#cobs.garbageBytes + this.#garbageBytes;
  }

  counts(): ByteStreamCounts {
    const cobs = this.#cobs.counts();
    return {
      ...cobs,
      garbageBytes: this.garbageBytes,
      badChecksum: this.#badChecksum,
      resynchronised: this.#resynchronised,
    };
  }

  #refuse(frame: Uint8Array): void {
    this.#badChecksum += 1;
    this.#garbageBytes += frame.length;
    this.#lost = true;
  }

  /** Garbage and frames that came in one piece count as garbage first: mostly they are. */
  #follow(framed: boolean, garbled: boolean): void {
    if (garbled) this.#lost = true;
    if (!framed || !this.#lost) return;
    this.#resynchronised += 1;
    this.#lost = false;
  }
}

function payloadOf(frame: Uint8Array): Uint8Array | null {
  const length = frame.length - crcBytes;
  if (length < 1) return null;
  const payload = frame.subarray(0, length);
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  return view.getUint32(length) === crc32c(payload) ? payload : null;
}
