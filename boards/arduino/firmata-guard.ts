/**
 * Bytes of a board with Firmata as whole messages. It stands before firmata-io, whose buffer grows
 * without end while a message has no end, and whose handlers throw at a message that is too short
 * or names a pin that is not there. Only what is well formed gets past.
 */
import { firmataPinsMax } from "./firmata-bytes.js";

interface Whole {
  /** As it came, from its first byte to its last. */
  readonly bytes: readonly number[];
}

export type FirmataMessage = Whole &
  (
    | { readonly kind: "version"; readonly major: number; readonly minor: number }
    | { readonly kind: "analog"; readonly channel: number; readonly value: number }
    /** The levels of eight pins, a bit each. */
    | { readonly kind: "digital"; readonly port: number; readonly levels: number }
    | { readonly kind: "state"; readonly pin: number; readonly mode: number }
    | { readonly kind: "firmware" }
    | { readonly kind: "capabilities"; readonly pins: number }
    | { readonly kind: "mapping"; readonly pins: number }
  );

/** Of a sysex message; a board of 70 pins needs a thousand for its capabilities. */
export const sysexBytesMax = 4_096;

const beginSysex = 0xf0;
const endSysex = 0xf7;
const version = 0xf9;

export interface GuardCounts {
  /** Bytes of no message. */
  readonly noise: number;
  /** Sysex messages that did not end in time, were cut off, or are not what their kind should be. */
  readonly malformed: number;
  /** Sysex messages of kinds that are not asked for here. */
  readonly unknown: number;
}

export class FirmataGuard {
  #bytes: number[] = [];
  #noise = 0;
  #malformed = 0;
  #unknown = 0;

  push(bytes: Uint8Array): readonly FirmataMessage[] {
    const messages: FirmataMessage[] = [];
    for (const byte of bytes) {
      const message = this.#take(byte);
      if (message !== null) messages.push(message);
    }
    return messages;
  }

  counts(): GuardCounts {
    return { noise: this.#noise, malformed: this.#malformed, unknown: this.#unknown };
  }

  #take(byte: number): FirmataMessage | null {
    if (byte >= 0x80 && byte !== endSysex) return this.#begin(byte);
    if (this.#bytes.length === 0) return this.#drop(1);
    this.#bytes.push(byte);
    if (this.#bytes[0] === beginSysex) return this.#inSysex(byte);
    if (byte === endSysex) return this.#drop(this.#bytes.length);
    return this.#bytes.length === 3 ? this.#short() : null;
  }

  /** Whatever was begun and has no end was cut off. */
  #begin(byte: number): null {
    if (this.#bytes[0] === beginSysex) this.#malformed += 1;
    else this.#noise += this.#bytes.length;
    this.#bytes = [byte];
    const kind = byte & 0xf0;
    if (byte !== beginSysex && byte !== version && kind !== 0x90 && kind !== 0xe0) this.#drop(1);
    return null;
  }

  #inSysex(byte: number): FirmataMessage | null {
    if (byte !== endSysex && this.#bytes.length < sysexBytesMax) return null;
    const bytes = this.#bytes;
    this.#bytes = [];
    const message = byte === endSysex ? sysexMessage(bytes) : "malformed";
    if (message === "malformed") this.#malformed += 1;
    else if (message === "unknown") this.#unknown += 1;
    else return message;
    return null;
  }

  #short(): FirmataMessage {
    const bytes = this.#bytes;
    this.#bytes = [];
    const [command = 0, first = 0, second = 0] = bytes;
    const value = first | (second << 7);
    const number = command & 0x0f;
    if (command === version) return { kind: "version", major: first, minor: second, bytes };
    if (command < 0xe0) return { kind: "digital", port: number, levels: value & 0xff, bytes };
    return { kind: "analog", channel: number, value, bytes };
  }

  #drop(count: number): null {
    this.#noise += count;
    this.#bytes = [];
    return null;
  }
}

/** @param bytes from the first to the last; all between are below 0x80 */
function sysexMessage(bytes: readonly number[]): FirmataMessage | "malformed" | "unknown" {
  const data = bytes.slice(2, -1);
  switch (bytes[1]) {
    case 0x79:
      return isFirmware(data) ? { kind: "firmware", bytes } : "malformed";
    case 0x6c: {
      const pins = pinsOf(data);
      return pins === null ? "malformed" : { kind: "capabilities", pins, bytes };
    }
    case 0x6a:
      if (data.length > firmataPinsMax) return "malformed";
      return { kind: "mapping", pins: data.length, bytes };
    case 0x6e: {
      const [pin = 0, mode = 0] = data;
      // A mode, and up to 28 bits of state.
      if (data.length < 3 || data.length > 6) return "malformed";
      return { kind: "state", pin, mode, bytes };
    }
    default:
      return "unknown";
  }
}

const nameBytesMax = 256;

/** Two numbers, and then a name of two bytes a character. */
const isFirmware = (data: readonly number[]): boolean =>
  data.length >= 2 && data.length % 2 === 0 && data.length <= nameBytesMax;

/** How many pins it tells of: pairs of mode and resolution, and 7F after those of each pin. */
function pinsOf(data: readonly number[]): number | null {
  let pins = 0;
  let isMode = true;
  for (const byte of data) {
    if (isMode && byte === 0x7f) pins += 1;
    else isMode = !isMode;
  }
  const isWhole = isMode && data.at(-1) === 0x7f && pins <= firmataPinsMax;
  return isWhole ? pins : null;
}
