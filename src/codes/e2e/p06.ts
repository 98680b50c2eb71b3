/**
 * Profile 6: profile 5 for frames whose length changes, and big-endian as on Ethernet. The data id
 * of 16 bits is in the CRC but not in the frame.
 *
 *     bytes 0-1  CRC over every other byte of the frame, then the data id
 *     bytes 2-3  length of the frame, header included
 *     byte 4     counter
 */
import { crc16CcittFalse } from "../crc/catalogue.js";
import { readBig, writeBig } from "./big-endian.js";
import type { E2eFormat, E2eIdentity, E2eProfile, FrameFault } from "./profile.js";

export const p06: E2eProfile = {
  name: "P06",
  headerBytes: 5,
  frameBytesMax: 4_096,
  counters: 0x100,
  tellsLength: true,
  tellsDataId: false,
  dataIdMax: () => 0xffff,
  format: (identity) => new P06Format(identity),
};

class P06Format implements E2eFormat {
  readonly distinction: string;
  readonly #offset: number;
  readonly #id: Uint8Array;

  constructor({ dataId, offset }: E2eIdentity) {
    this.distinction = String(dataId);
    this.#offset = offset;
    this.#id = Uint8Array.of(dataId >>> 8, dataId & 0xff);
  }

  protect(frame: Uint8Array, counter: number): void {
    writeBig(frame, this.#offset + 2, 2, frame.length);
    frame[this.#offset + 4] = counter;
    writeBig(frame, this.#offset, 2, this.#crc(frame));
  }

  counterOf(frame: Uint8Array): number {
    return frame[this.#offset + 4] as number;
  }

  fault(frame: Uint8Array): FrameFault | null {
    if (readBig(frame, this.#offset + 2, 2) !== frame.length) return "length";
    return readBig(frame, this.#offset, 2) === this.#crc(frame) ? null : "crc";
  }

  #crc(frame: Uint8Array): number {
    const first = crc16CcittFalse(frame.subarray(0, this.#offset));
    const whole = crc16CcittFalse(frame.subarray(this.#offset + 2), first);
    return crc16CcittFalse(this.#id, whole);
  }
}
