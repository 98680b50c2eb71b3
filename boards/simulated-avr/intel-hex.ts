/**
 * Intel HEX, as avr-objcopy writes it: lines of bytes with their address and a checksum. What is
 * read becomes the flash of a microcontroller, so nothing is guessed here: a file is whole and
 * fits, or it is refused with the line and what to do.
 *
 * Source: Intel, Hexadecimal Object File Format Specification, Revision A (1988).
 */
import { unreachable } from "../../src/kernel/assert.js";

export type ParsedHex =
  /** The whole flash; what the file does not name is `FF`, as in an erased chip. */
  { readonly ok: true; readonly flash: Uint8Array; readonly bytes: number } | HexRefusal;

export interface HexRefusal {
  readonly ok: false;
  readonly reason: HexRefusalReason;
  /** Counted from 1; 0 for the file as a whole. */
  readonly line: number;
  /** For a person: where, what, and what to do. */
  readonly message: string;
}

export type HexRefusalReason =
  | "too-long"
  | "not-a-record"
  | "wrong-length"
  | "wrong-checksum"
  | "unknown-type"
  | "out-of-range"
  | "overlap"
  | "after-the-end"
  | "no-end"
  | "empty";

/** Characters. 256 KiB of flash in records of 16 bytes are 740,000. */
export const hexCharactersMax = 2_000_000;

/** Where a linker for the AVR puts EEPROM, fuses and lock bits: no flash is there. */
const firstAddressBeyondFlash = 0x80_0000;

const erased = 0xff;
/** Length, address, type and checksum. */
const recordBytesMin = 5;

interface Reading {
  readonly flash: Uint8Array;
  readonly known: Uint8Array;
  /** What the last extended address record added to all that follow. */
  base: number;
  bytes: number;
  ended: boolean;
}

/** @param flashBytes what the part has */
export function parseIntelHex(text: string, flashBytes: number): ParsedHex {
  if (text.length > hexCharactersMax) {
    return refusal("too-long", 0, `more than ${hexCharactersMax} characters are no firmware`);
  }
  const reading: Reading = {
    flash: new Uint8Array(flashBytes).fill(erased),
    known: new Uint8Array(flashBytes),
    ...{ base: 0, bytes: 0, ended: false },
  };
  const lines = text.split(/\r\n|\n|\r/);
  for (const [index, line] of lines.entries()) {
    const refused = line.trim() === "" ? null : readLine(reading, index + 1, line.trim());
    if (refused !== null) return refused;
  }
  if (!reading.ended) {
    return refusal("no-end", lines.length, "the record of the end is missing: was it cut short?");
  }
  if (reading.bytes === 0) return refusal("empty", 0, "there is no program in it");
  return { ok: true, flash: reading.flash, bytes: reading.bytes };
}

function readLine(reading: Reading, line: number, text: string): HexRefusal | null {
  if (reading.ended) {
    return refusal("after-the-end", line, "a record after the end: two files in one?");
  }
  const record = recordOf(line, text);
  return record instanceof Uint8Array ? readRecord(reading, line, record) : record;
}

/** The bytes of one line, with a checksum that fits. */
function recordOf(line: number, text: string): Uint8Array | HexRefusal {
  if (!/^:([0-9A-Fa-f]{2})+$/.test(text)) {
    const shown = JSON.stringify(text.slice(0, 20));
    return refusal("not-a-record", line, `${shown} is no colon with pairs of hex digits`);
  }
  const bytes = Uint8Array.from(text.slice(1).match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const [count = 0] = bytes;
  if (bytes.length !== count + recordBytesMin) {
    const said = `${count} bytes are announced, ${bytes.length - recordBytesMin} are there`;
    return refusal("wrong-length", line, said);
  }
  const sum = bytes.reduce((total, byte) => (total + byte) & 0xff, 0);
  if (sum === 0) return bytes;
  const should = ((bytes.at(-1) ?? 0) - sum) & 0xff;
  const what = `checksum ${hex(bytes.at(-1) ?? 0, 2)} instead of ${hex(should, 2)}`;
  return refusal("wrong-checksum", line, `${what}: the file was changed on its way; copy it again`);
}

function readRecord(reading: Reading, line: number, record: Uint8Array): HexRefusal | null {
  const [count = 0, high = 0, low = 0, type = 0] = record;
  const payload = record.subarray(4, 4 + count);
  const word = ((payload[0] ?? 0) << 8) | (payload[1] ?? 0);
  const kind = kindOf(type);
  if (kind === null) {
    return refusal("unknown-type", line, `records of type ${type} are not for an AVR`);
  }
  if ((kind === "segment" || kind === "linear") && count !== 2) {
    return refusal("wrong-length", line, `an extended address has 2 bytes, not ${count}`);
  }
  switch (kind) {
    case "data":
      return readData(reading, line, reading.base + ((high << 8) | low), payload);
    case "end":
      reading.ended = true;
      return null;
    case "segment":
      reading.base = word * 16;
      return null;
    case "linear":
      reading.base = word * 0x1_0000;
      return null;
    case "start":
      return null;
    default:
      return unreachable(kind);
  }
}

type RecordKind = "data" | "end" | "segment" | "linear" | "start";

/** An AVR begins at its reset vector, so a start address means nothing to it. */
const recordKinds: readonly RecordKind[] = ["data", "end", "segment", "start", "linear", "start"];

const kindOf = (type: number): RecordKind | null => recordKinds[type] ?? null;

function readData(
  reading: Reading,
  line: number,
  address: number,
  payload: Uint8Array,
): HexRefusal | null {
  const { flash, known } = reading;
  if (address + payload.length > flash.length) return beyondFlash(line, address, flash.length);
  for (const [index, byte] of payload.entries()) {
    const at = address + index;
    if (known[at] === 1 && flash[at] !== byte) {
      return refusal("overlap", line, `${hex(at, 4)} was given another byte before`);
    }
    reading.bytes += known[at] === 1 ? 0 : 1;
    known[at] = 1;
    flash[at] = byte;
  }
  return null;
}

function beyondFlash(line: number, address: number, flashBytes: number): HexRefusal {
  const what = `${hex(address, 4)} is beyond the ${flashBytes} bytes of flash`;
  const why =
    address >= firstAddressBeyondFlash
      ? "EEPROM or fuses; leave them out (avr-objcopy -R .eeprom -R .fuse -R .lock)"
      : "was it built for a larger part?";
  return refusal("out-of-range", line, `${what}: ${why}`);
}

const hex = (value: number, digits: number): string =>
  value.toString(16).toUpperCase().padStart(digits, "0");

function refusal(reason: HexRefusalReason, line: number, what: string): HexRefusal {
  const where = line === 0 ? "the hex file" : `line ${line} of the hex file`;
  return { ok: false, reason, line, message: `${where}: ${what}` };
}
