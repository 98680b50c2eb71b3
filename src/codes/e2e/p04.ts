/**
 * Profile 4: everything stands in the frame, so that it tells by itself which stream it is of. A
 * CRC of 32 bits (AUTOSAR's P4) for frames of up to 4 KiB, as on Ethernet.
 *
 *     bytes 0-1   length of the frame, header included
 *     bytes 2-3   counter
 *     bytes 4-7   data id
 *     bytes 8-11  CRC over every other byte of the frame
 */
import { crc32P4 } from "../crc/catalogue.js";
import { readBig, writeBig } from "./big-endian.js";
import type { E2eFormat, E2eIdentity, E2eProfile, FrameFault } from "./profile.js";

export const p04: E2eProfile = {
  name: "P04",
  headerBytes: 12,
  frameBytesMax: 4_096,
  counters: 0x1_0000,
  tellsLength: true,
  tellsDataId: true,
  dataIdMax: () => 0xffff_ffff,
  format: (identity) => new P04Format(identity),
};

class P04Format implements E2eFormat {
  readonly distinction: string;
  readonly #dataId: number;
  readonly #offset: number;

  constructor({ dataId, offset }: E2eIdentity) {
    this.distinction = String(dataId);
    this.#dataId = dataId;
    this.#offset = offset;
  }

  protect(frame: Uint8Array, counter: number): void {
    writeBig(frame, this.#offset, 2, frame.length);
    writeBig(frame, this.#offset + 2, 2, counter);
    writeBig(frame, this.#offset + 4, 4, this.#dataId);
    writeBig(frame, this.#offset + 8, 4, this.#crc(frame));
  }

  counterOf(frame: Uint8Array): number {
    return readBig(frame, this.#offset + 2, 2);
  }

  fault(frame: Uint8Array): FrameFault | null {
    if (readBig(frame, this.#offset, 2) !== frame.length) return "length";
    if (readBig(frame, this.#offset + 8, 4) !== this.#crc(frame)) return "crc";
    return readBig(frame, this.#offset + 4, 4) === this.#dataId ? null : "data-id";
  }

  #crc(frame: Uint8Array): number {
    const first = crc32P4(frame.subarray(0, this.#offset + 8));
    return crc32P4(frame.subarray(this.#offset + 12), first);
  }
}
