/** A microcontroller with one of the firmwares of this folder, and an ear at its first UART. */
import { readFileSync } from "node:fs";
import { atmega328p } from "../../../boards/simulated-avr/atmega328p.js";
import { atmega2560 } from "../../../boards/simulated-avr/atmega2560.js";
import { parseIntelHex } from "../../../boards/simulated-avr/intel-hex.js";
import {
  Microcontroller,
  type MicrocontrollerOptions,
} from "../../../boards/simulated-avr/microcontroller.js";
import type { Part } from "../../../boards/simulated-avr/part.js";
import type { UartLine } from "../../../boards/simulated-avr/uart-line.js";

export const parts: readonly Part[] = [atmega328p, atmega2560];

export function flashOf(part: Part, path: string): Uint8Array {
  const parsed = parseIntelHex(readFileSync(path, "utf8"), part.flashBytes);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.flash;
}

export const probeHex = (part: Part): string =>
  `test/boards/simulated-avr/firmware/probe-${part.name.toLowerCase()}.hex`;

export function probed(
  part: Part,
  options: Partial<MicrocontrollerOptions> = {},
): { readonly mcu: Microcontroller; readonly ear: Ear } {
  const mcu = new Microcontroller({ part, flash: flashOf(part, probeHex(part)), ...options });
  return { mcu, ear: earAt(mcu.lines[0]) };
}

/** What was heard at a line, with the cycle of each byte. */
export interface Ear {
  readonly bytes: number[];
  readonly cycles: number[];
  unplugged: number;
  take(): readonly number[];
}

export function earAt(line: UartLine | undefined): Ear {
  const ear: Ear = {
    ...{ bytes: [], cycles: [], unplugged: 0 },
    take: () => {
      ear.cycles.length = 0;
      return ear.bytes.splice(0);
    },
  };
  line?.listen({
    onByte: (byte, cycle = 0) => {
      ear.bytes.push(byte);
      ear.cycles.push(cycle);
    },
    onUnplugged: () => {
      ear.unplugged += 1;
    },
  });
  return ear;
}

export const text = (words: string): Uint8Array => new TextEncoder().encode(words);

/** A beat of the probe firmware, as it is on the line. */
export interface Beat {
  readonly count: number;
  readonly analog: number;
  readonly level: number;
  readonly errors: number;
}

/** The whole beats in what was heard; other bytes between them are passed over. */
export function beatsIn(bytes: readonly number[]): readonly Beat[] {
  const beats: Beat[] = [];
  for (let at = 0; at + 6 <= bytes.length; at += 1) {
    if (bytes[at] !== "T".charCodeAt(0)) continue;
    const [count = 0, high = 0, low = 0, level = 0, errors = 0] = bytes.slice(at + 1);
    beats.push({ count, analog: (high << 8) | low, level, errors });
    at += 5;
  }
  return beats;
}
