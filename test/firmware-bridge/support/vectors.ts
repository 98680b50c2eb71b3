/** The vectors of firmware-bridge/vectors as types; its README says what they mean. */

/** A payload and its bytes on the line, both as hex digits. */
export interface FrameVector {
  readonly name: string;
  /** `device` is either firmware. */
  readonly from: "device" | "bridge" | "voter" | "host" | "replica" | "none";
  readonly payload: string;
  readonly line: string;
  /** By the names of the page; empty for a payload that is none of its. */
  readonly fields: Readonly<Record<string, number>>;
  readonly rows: readonly Readonly<Record<string, number>>[];
}

/** Bytes on the line that are not all right: what a receiver must make of them. */
export interface StreamVector {
  readonly name: string;
  readonly line: string;
  /** The payloads that it takes, in order. */
  readonly payloads: readonly string[];
  /** What it counts as no frame. */
  readonly bad: number;
}

/** Patterns are payloads as hex digits, `..` for a byte that may be anything. */
export type StepVector =
  | { readonly send: string; readonly place?: number }
  /** Raw bytes on the line. */
  | { readonly line: string; readonly place?: number }
  /** Milliseconds of device time. */
  | { readonly wait: number }
  /** A frame that matches comes within so many milliseconds; others before it are skipped. */
  | { readonly comes: string; readonly within: number; readonly place?: number }
  /** None that matches comes for so many milliseconds. */
  | { readonly never: string; readonly for: number; readonly place?: number };

/** What is sent, and what must come back: on a device that was just powered on, EEPROM empty. */
export interface SequenceVector {
  readonly name: string;
  readonly requirements: readonly string[];
  readonly steps: readonly StepVector[];
}

export interface Vectors {
  readonly protocol: number;
  readonly frames: readonly FrameVector[];
  readonly streams: readonly StreamVector[];
  readonly bridge: readonly SequenceVector[];
  readonly voter: readonly SequenceVector[];
}
