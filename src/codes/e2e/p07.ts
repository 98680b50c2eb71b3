/**
 * Profile 7: profile 4 for long frames: a CRC of 64 bits (ECMA, as in XZ), a counter and a length
 * of 32 bits, frames of up to 4 MiB.
 *
 *     bytes 0-7    CRC over every other byte of the frame
 *     bytes 8-11   length of the frame, header included
 *     bytes 12-15  counter
 *     bytes 16-19  data id
 */
import { crc64Xz } from "../crc/crc64.js";
import { readBig, writeBig } from "./big-endian.js";
import type { E2eFormat, E2eIdentity, E2eProfile, FrameFault } from "./profile.js";

export const p07: E2eProfile = {
  name: "P07",
  headerBytes: 20,
  frameBytesMax: 4_194_304,
  counters: 0x1_0000_0000,
  tellsLength: true,
  tellsDataId: true,
  dataIdMax: () => 0xffff_ffff,
  format: (identity) => new P07Format(identity),
};

class P07Format implements E2eFormat {
  readonly distinction: string;
  readonly #dataId: number;
  readonly #offset: number;

  constructor({ dataId, offset }: E2eIdentity) {
    this.distinction = String(dataId);
    this.#dataId = dataId;
    this.#offset = offset;
  }

  protect(frame: Uint8Array, counter: number): void {
    writeBig(frame, this.#offset + 8, 4, frame.length);
    writeBig(frame, this.#offset + 12, 4, counter);
    writeBig(frame, this.#offset + 16, 4, this.#dataId);
    const crc = this.#crc(frame);
    writeBig(frame, this.#offset, 4, highHalf(crc));
    writeBig(frame, this.#offset + 4, 4, lowHalf(crc));
  }

  counterOf(frame: Uint8Array): number {
    return readBig(frame, this.#offset + 12, 4);
  }

  fault(frame: Uint8Array): FrameFault | null {
    if (readBig(frame, this.#offset + 8, 4) !== frame.length) return "length";
    if (!this.#isWhole(frame)) return "crc";
    return readBig(frame, this.#offset + 16, 4) === this.#dataId ? null : "data-id";
  }

  #isWhole(frame: Uint8Array): boolean {
    const crc = this.#crc(frame);
    if (readBig(frame, this.#offset, 4) !== highHalf(crc)) return false;
    return readBig(frame, this.#offset + 4, 4) === lowHalf(crc);
  }

  #crc(frame: Uint8Array): bigint {
    const first = crc64Xz(frame.subarray(0, this.#offset));
    return crc64Xz(frame.subarray(this.#offset + 8), first);
  }
}

const highHalf = (crc: bigint): number => Number(crc >> 32n);
const lowHalf = (crc: bigint): number => Number(crc & 0xffff_ffffn);
