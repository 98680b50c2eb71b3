/**
 * Profile 1: a CRC of 8 bits (SAE J1850), a counter of 4 bits from 0 to 14, and a data id of 16
 * bits that is in the CRC but not in the frame. For short frames on a narrow line.
 *
 *     byte 0  CRC over the data id, then every other byte of the frame
 *     byte 1  counter in the low half; in mode NIBBLE the high half is bits 8 to 11 of the data id
 *
 * 65 536 ids cannot be told apart by 8 bits: in BOTH, one id in 256 leaves the same CRC as another,
 * in every frame. Only NIBBLE tells each id from each other in each frame, so it is the default.
 *
 * AUTOSAR begins this CRC with 00 and ends it without the inversion of SAE J1850 (chapter "E2E
 * Profile 1", calculation over data id and data): `before` and the last step below undo the two.
 */
import { crc8SaeJ1850 } from "../crc/catalogue.js";
import type { DataIdMode, E2eFormat, E2eIdentity, E2eProfile, FrameFault } from "./profile.js";

export const p01: E2eProfile = {
  name: "P01",
  headerBytes: 2,
  frameBytesMax: 32,
  counters: 15,
  tellsLength: false,
  tellsDataId: false,
  dataIdMax: (mode) => (mode === "NIBBLE" ? 0xfff : 0xffff),
  format: (identity) => new P01Format(identity),
};

const inverted = 0xff;

class P01Format implements E2eFormat {
  readonly distinction: string;
  readonly #mode: DataIdMode;
  readonly #offset: number;
  /** The high half of the counter's byte, which carries the rest of the id in mode NIBBLE. */
  readonly #nibble: number;
  /** The CRC of the data id, for even counters and for odd ones. */
  readonly #begins: readonly [even: number, odd: number];

  constructor({ dataId, offset, dataIdMode }: E2eIdentity) {
    const low = dataId & 0xff;
    const high = dataId >>> 8;
    this.#mode = dataIdMode;
    this.#offset = offset;
    this.#nibble = dataIdMode === "NIBBLE" ? high : 0;
    this.#begins = beginnings(dataIdMode, low, high);
    this.distinction = `${this.#begins.join()},${this.#nibble}`;
  }

  protect(frame: Uint8Array, counter: number): void {
    frame[this.#offset + 1] = (this.#nibble << 4) | counter;
    frame[this.#offset] = this.#crc(frame);
  }

  counterOf(frame: Uint8Array): number {
    return (frame[this.#offset + 1] as number) & 0xf;
  }

  fault(frame: Uint8Array): FrameFault | null {
    if (frame[this.#offset] !== this.#crc(frame)) return "crc";
    const nibble = (frame[this.#offset + 1] as number) >>> 4;
    if (this.#mode === "NIBBLE" && nibble !== this.#nibble) return "data-id";
    return this.counterOf(frame) < p01.counters ? null : "counter";
  }

  #crc(frame: Uint8Array): number {
    const before = this.#begins[this.counterOf(frame) & 1] as number;
    const first = crc8SaeJ1850(frame.subarray(0, this.#offset), before);
    return crc8SaeJ1850(frame.subarray(this.#offset + 1), first) ^ inverted;
  }
}

function beginnings(mode: DataIdMode, low: number, high: number): [number, number] {
  const crc = (...bytes: number[]): number => crc8SaeJ1850(Uint8Array.from(bytes), inverted);
  switch (mode) {
    case "BOTH":
      return [crc(low, high), crc(low, high)];
    case "ALT":
      return [crc(low), crc(high)];
    case "LOW":
      return [crc(low), crc(low)];
    case "NIBBLE":
      return [crc(low, 0), crc(low, 0)];
  }
}
