/**
 * Profile 5: a CRC of 16 bits (CCITT), a counter of 8 bits, and a data id of 16 bits that is in the
 * CRC but not in the frame. For frames of a length that both ends know.
 *
 *     bytes 0-1  CRC over every other byte of the frame, then the data id; low byte first
 *     byte 2     counter
 */
import { crc16CcittFalse } from "../crc/catalogue.js";
import type { E2eFormat, E2eIdentity, E2eProfile, FrameFault } from "./profile.js";

export const p05: E2eProfile = {
  name: "P05",
  headerBytes: 3,
  frameBytesMax: 4_096,
  counters: 0x100,
  tellsLength: false,
  tellsDataId: false,
  dataIdMax: () => 0xffff,
  format: (identity) => new P05Format(identity),
};

class P05Format implements E2eFormat {
  readonly distinction: string;
  readonly #offset: number;
  /** Low byte first, as in the frame's CRC: the whole profile is little-endian. */
  readonly #id: Uint8Array;

  constructor({ dataId, offset }: E2eIdentity) {
    this.distinction = String(dataId);
    this.#offset = offset;
    this.#id = Uint8Array.of(dataId & 0xff, dataId >>> 8);
  }

  protect(frame: Uint8Array, counter: number): void {
    frame[this.#offset + 2] = counter;
    const crc = this.#crc(frame);
    frame[this.#offset] = crc & 0xff;
    frame[this.#offset + 1] = crc >>> 8;
  }

  counterOf(frame: Uint8Array): number {
    return frame[this.#offset + 2] as number;
  }

  fault(frame: Uint8Array): FrameFault | null {
    const low = frame[this.#offset] as number;
    const high = frame[this.#offset + 1] as number;
    return ((high << 8) | low) === this.#crc(frame) ? null : "crc";
  }

  #crc(frame: Uint8Array): number {
    const first = crc16CcittFalse(frame.subarray(0, this.#offset));
    const whole = crc16CcittFalse(frame.subarray(this.#offset + 2), first);
    return crc16CcittFalse(this.#id, whole);
  }
}
