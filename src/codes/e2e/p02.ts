/**
 * Profile 2: a CRC of 8 bits (polynomial 2F, which keeps a Hamming distance of 4 over these short
 * frames), a counter of 4 bits from 0 to 15, and a list of 16 data ids of one byte: the counter
 * says which of them is in the CRC. So a masquerade that one byte would not show is shown by one of
 * the next frames.
 *
 *     byte 0  CRC over every other byte of the frame, then the data id at the counter
 *     byte 1  counter in the low half
 *
 * AUTOSAR leaves the making of the lists to whoever configures them. Ours follow from a number:
 * entry i is (a + b i) mod 251, where a = id mod 251 and b = id div 251. These are the points of a
 * straight line in a field, for 251 is a prime, and two lines meet once: the lists of two ids have
 * at most one entry of 16 in common.
 */
import { crc8H2f } from "../crc/catalogue.js";
import type { E2eFormat, E2eIdentity, E2eProfile, FrameFault } from "./profile.js";

const prime = 251;

export const dataIdListLength = 16;

export const p02: E2eProfile = {
  name: "P02",
  headerBytes: 2,
  frameBytesMax: 32,
  counters: dataIdListLength,
  tellsLength: false,
  tellsDataId: false,
  dataIdMax: () => prime * prime - 1,
  format: (identity) => new P02Format(identity),
};

/** @param dataId 0 to 63000. */
export function dataIdListOf(dataId: number): readonly number[] {
  const start = dataId % prime;
  const step = Math.floor(dataId / prime);
  return Array.from({ length: dataIdListLength }, (_, index) => (start + step * index) % prime);
}

class P02Format implements E2eFormat {
  readonly distinction: string;
  readonly #offset: number;
  readonly #ids: Uint8Array;

  constructor({ dataId, offset, dataIdList }: E2eIdentity) {
    this.#offset = offset;
    this.#ids = Uint8Array.from(dataIdList ?? dataIdListOf(dataId));
    this.distinction = this.#ids.join();
  }

  protect(frame: Uint8Array, counter: number): void {
    frame[this.#offset + 1] = counter;
    frame[this.#offset] = this.#crc(frame);
  }

  counterOf(frame: Uint8Array): number {
    return (frame[this.#offset + 1] as number) & 0xf;
  }

  fault(frame: Uint8Array): FrameFault | null {
    return frame[this.#offset] === this.#crc(frame) ? null : "crc";
  }

  #crc(frame: Uint8Array): number {
    const counter = this.counterOf(frame);
    const first = crc8H2f(frame.subarray(0, this.#offset));
    const whole = crc8H2f(frame.subarray(this.#offset + 1), first);
    return crc8H2f(this.#ids.subarray(counter, counter + 1), whole);
  }
}
