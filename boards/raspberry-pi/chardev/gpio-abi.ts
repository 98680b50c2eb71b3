/**
 * The kernel's interface to GPIO lines, version 2 (since Linux 5.10): numbers, sizes and places of
 * include/uapi/linux/gpio.h. A request is direction, size, the letter 0xB4 and a number. All fields
 * have a fixed width and places that are multiples of it, so x64, arm64 and arm agree; the lowest
 * byte is first on each of them.
 */
import type { Instant } from "../../../src/kernel/time.js";
import type { Level } from "../../pin-board.js";

const letter = 0xb4 << 8;
const read = 2 * 2 ** 30;
const readWrite = 3 * 2 ** 30;

const request = (direction: number, bytes: number, number: number): number =>
  direction + bytes * 2 ** 16 + letter + number;

/** Of the structures, in bytes. */
export const sizes = {
  chipInfo: 68,
  lineInfo: 256,
  lineRequest: 592,
  lineConfig: 272,
  lineValues: 16,
  lineEvent: 48,
} as const;

export const requests = {
  getChipInfo: request(read, sizes.chipInfo, 0x01),
  getLineInfo: request(readWrite, sizes.lineInfo, 0x05),
  getLine: request(readWrite, sizes.lineRequest, 0x07),
  setConfig: request(readWrite, sizes.lineConfig, 0x0d),
  getValues: request(readWrite, sizes.lineValues, 0x0e),
  setValues: request(readWrite, sizes.lineValues, 0x0f),
} as const;

/** The bits of `gpio_v2_line_flag`. A line with neither direction is taken as it is. */
export const flags = {
  used: 1 << 0,
  activeLow: 1 << 1,
  input: 1 << 2,
  output: 1 << 3,
  edgeRising: 1 << 4,
  edgeFalling: 1 << 5,
  pullUp: 1 << 8,
  pullDown: 1 << 9,
  noPull: 1 << 10,
} as const;

const attributes = { outputValues: 2, debounce: 3 } as const;

const nameBytes = 32;
const attributeBytes = 24;

/** The most events that the kernel keeps for one line: it cuts what is asked for to this. */
export const kernelEventsMax = 1_024;

/** A debounce time is 32 bits of microseconds. */
export const debounceMax = 2 ** 32 - 1;

export interface LineConfig {
  readonly flags: number;
  /** The level from the first instant on, for an output; logical, as `activeLow` says. */
  readonly value: Level | null;
  /** In microseconds; 0 for none. */
  readonly debounce: number;
}

/** `struct gpio_v2_line_request` for one line. */
export function lineRequest(offset: number, consumer: string, config: LineConfig): Uint8Array {
  const bytes = new Uint8Array(sizes.lineRequest);
  const view = viewOf(bytes);
  view.setUint32(0, offset, true);
  // The last byte stays 0: it ends the text.
  bytes.set(new TextEncoder().encode(consumer).subarray(0, nameBytes - 1), 256);
  putConfig(view, 288, config);
  view.setUint32(560, 1, true);
  view.setUint32(564, kernelEventsMax, true);
  return bytes;
}

/** The file of a line, as the kernel has put it into the request. */
export const lineFileIn = (request: Uint8Array): number => viewOf(request).getInt32(588, true);

/** `struct gpio_v2_line_config` for one line. */
export function lineConfig(config: LineConfig): Uint8Array {
  const bytes = new Uint8Array(sizes.lineConfig);
  putConfig(viewOf(bytes), 0, config);
  return bytes;
}

function putConfig(view: DataView, at: number, { flags, value, debounce }: LineConfig): void {
  view.setUint32(at, flags, true);
  let count = 0;
  const attribute = (id: number, word: number): void => {
    const start = at + 32 + count * attributeBytes;
    view.setUint32(start, id, true);
    view.setUint32(start + 8, word, true);
    view.setUint32(start + 16, 1, true);
    count += 1;
  };
  if (value !== null) attribute(attributes.outputValues, value);
  if (debounce > 0) attribute(attributes.debounce, debounce);
  view.setUint32(at + 8, count, true);
}

/** `struct gpio_v2_line_values` for the one line of a file: its bit, and the mask that asks. */
export function lineValues(value: Level): Uint8Array {
  const bytes = new Uint8Array(sizes.lineValues);
  bytes[0] = value;
  bytes[8] = 1;
  return bytes;
}

export const levelIn = (values: Uint8Array): Level => (values[0] === 1 ? 1 : 0);

export interface ChipInfo {
  /** `gpiochip0`: the number may be another after the next boot. */
  readonly name: string;
  /** What the driver calls it: the name by which it is found. */
  readonly label: string;
  readonly lines: number;
}

export const chipInfoIn = (bytes: Uint8Array): ChipInfo => ({
  name: textIn(bytes, 0),
  label: textIn(bytes, nameBytes),
  lines: viewOf(bytes).getUint32(64, true),
});

export interface LineInfo {
  /** Empty where the board's description names none. */
  readonly name: string;
  /** Who has it, by its own word; may be empty for a line that is used. */
  readonly consumer: string;
  readonly flags: number;
}

/** The question about one line; the kernel answers in the same bytes. */
export function lineInfoRequest(offset: number): Uint8Array {
  const bytes = new Uint8Array(sizes.lineInfo);
  viewOf(bytes).setUint32(64, offset, true);
  return bytes;
}

export const lineInfoIn = (bytes: Uint8Array): LineInfo => ({
  name: textIn(bytes, 0),
  consumer: textIn(bytes, nameBytes),
  flags: viewOf(bytes).getUint32(72, true),
});

export interface LineEvent {
  /** CLOCK_MONOTONIC, in microseconds. */
  readonly at: Instant;
  readonly level: Level;
  /** Of this line, 32 bits that go round. */
  readonly sequence: number;
}

const risingEdge = 1;

/** @param at where in `bytes` the event begins */
export function lineEventIn(bytes: Uint8Array, at: number): LineEvent {
  const view = viewOf(bytes);
  return {
    // A double holds nanoseconds exactly for 104 days only, so they are divided as integers.
    at: Number(view.getBigUint64(at, true) / 1_000n) as Instant,
    level: view.getUint32(at + 8, true) === risingEdge ? 1 : 0,
    sequence: view.getUint32(at + 20, true),
  };
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Names go to terminals and logs: no control characters. */
function textIn(bytes: Uint8Array, at: number): string {
  const text = new TextDecoder("latin1").decode(bytes.subarray(at, at + nameBytes));
  const [first = ""] = text.split("\0");
  return first.replace(/[^\x20-\x7e]/g, "").trim();
}
