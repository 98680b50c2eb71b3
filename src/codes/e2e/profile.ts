/**
 * End-to-end protection (AUTOSAR, E2E Protocol Specification): the one who makes data and the one
 * who uses it check everything that lies between them, whatever it is. A few bytes in each frame
 * do it: a CRC for what was changed, a counter for what was lost, repeated or out of order, a data
 * id for what belongs elsewhere, a length for what was cut. No part of the way is trusted.
 *
 * A profile says how wide these are and where they stand. This is the port that the profiles share.
 */

export type E2eProfileName = "P01" | "P02" | "P04" | "P05" | "P06" | "P07";

/**
 * How the two bytes of a P01 data id take part. Both are in the CRC in `BOTH`, the low byte in
 * `LOW`, one or the other by the counter in `ALT`. In `NIBBLE` an id has 12 bits: the low byte is
 * in the CRC, the other four bits stand in the frame.
 */
export type DataIdMode = "BOTH" | "ALT" | "LOW" | "NIBBLE";

export const dataIdModes: readonly DataIdMode[] = ["BOTH", "ALT", "LOW", "NIBBLE"];

export const dataIdModeDefault: DataIdMode = "NIBBLE";

/**
 * What is wrong with a frame that is by itself no good: it was changed on its way (`crc`); it is
 * not as long as it says or must be (`length`); it is whole, and of another stream (`data-id`, a
 * masquerade); its counter is one that no sender uses (`counter`, of P01 only).
 */
export type FrameFault = "crc" | "length" | "data-id" | "counter";

/** What makes a stream of frames this one and no other. */
export interface E2eIdentity {
  readonly dataId: number;
  /** At which byte of the frame the header begins. */
  readonly offset: number;
  /** Of P01 only. */
  readonly dataIdMode: DataIdMode;
  /** Of P02 only: 16 bytes in place of those that follow from the data id. */
  readonly dataIdList: readonly number[] | null;
}

export interface E2eProfile {
  readonly name: E2eProfileName;
  readonly headerBytes: number;
  /** The longest frame, header included. */
  readonly frameBytesMax: number;
  /** How many counter values there are; the counter goes from 0 to one less, and round again. */
  readonly counters: number;
  /** False where a frame does not tell its length, so that both ends must know it beforehand. */
  readonly tellsLength: boolean;
  /** False where the data id is only in the CRC. P01 counts as such: four bits of it are no id. */
  readonly tellsDataId: boolean;
  /** The largest data id. The smallest is 0. */
  dataIdMax(mode: DataIdMode): number;
  /** @param identity checked by the caller. */
  format(identity: E2eIdentity): E2eFormat;
}

/** The frames of one stream. Every frame given here is long enough to hold the header. */
export interface E2eFormat {
  /** Two formats with the same distinction take each other's frames for their own. */
  readonly distinction: string;
  /** Writes the header. All other bytes of the frame must be in place: the CRC is over them. */
  protect(frame: Uint8Array, counter: number): void;
  counterOf(frame: Uint8Array): number;
  /** Null when the frame is whole and of this stream, whatever its counter. */
  fault(frame: Uint8Array): FrameFault | null;
}
