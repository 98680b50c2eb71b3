/**
 * The file of the flight recorder, `holdfast.recording/1`: lines of JSON in ASCII. The first is the
 * header; then comes a line for each step of the node's machine, in order, and where the recorder
 * could still say so, a last line that tells why it ended.
 *
 *     {"t":1043,"i":{"d":"..."},"o":["send to b,c: 143 bytes #89ab0d31"],"c":"5f1c09aa"}
 *
 * `t` is the time of the step in microseconds since the machine was made; `i` the input, whole; `o`
 * the outputs in short, enough to find the first that differs. `c` is the CRC-32C of the line
 * before it, begun from the `c` of the line above (that of the header for the first): so a line
 * that was changed, and one that is gone, are noticed. It protects from accidents, not from a
 * forger.
 */
import type { Reading, WriteRefusal } from "../../boards/board.js";
import { type ChannelWord, channelWords } from "../control/cycle/overrides.js";
import { assert, unreachable } from "../kernel/assert.js";
import type { Timeout } from "../kernel/machine.js";
import { timeout } from "../kernel/machine.js";
import { type Instant, instant, micros } from "../kernel/time.js";
import type { NodeInput, NodeOutput } from "../node/ports.js";
import { asciiJson, crcOfAscii, crcText } from "./ascii-crc.js";
import { fromBase64, toBase64 } from "./base64.js";
import type { RecordingHeader } from "./header.js";
import {
  decodeClient,
  decodeDiskDone,
  decodeRequests,
  encodeReplicaInput,
} from "./replica-inputs.js";
import { outputText, thrownText } from "./step-text.js";

/**
 * Why a recording ends. `full`: it has its size. `too-fast`: there was more in a second than may be
 * written. `disk`: the disk is slower than that, or refused. `stopped`: the replica was stopped.
 * `failed`: the machine threw in the step above.
 */
export const endReasons = ["full", "too-fast", "disk", "stopped", "failed"] as const;
export type EndReason = (typeof endReasons)[number];

/** One step as it was recorded. */
export interface StepRecord {
  readonly at: Instant;
  readonly input: NodeInput | Timeout;
  readonly outputs: readonly string[];
}

/** Makes the lines of one recording. */
export class RecordingEncoder {
  /** The first line. */
  readonly header: string;
  readonly #startedAt: Instant;
  #crc: number;

  constructor(header: RecordingHeader) {
    const text = asciiJson(header);
    this.header = `${text}\n`;
    this.#startedAt = header.startedAt;
    this.#crc = crcOfAscii(text) ?? 0;
  }

  step(at: Instant, input: NodeInput | Timeout, outputs: readonly NodeOutput[]): string {
    return this.#stepLine(
      at,
      input,
      outputs.map((output) => outputText(at, output)),
    );
  }

  threw(at: Instant, input: NodeInput | Timeout, error: unknown): string {
    return this.#stepLine(at, input, [thrownText(error)]);
  }

  end(at: Instant, reason: EndReason): string {
    return this.#line(`{"t":${at - this.#startedAt},"end":${asciiJson(reason)}`);
  }

  #stepLine(at: Instant, input: NodeInput | Timeout, outputs: readonly string[]): string {
    const t = at - this.#startedAt;
    const i = asciiJson(encodeInput(input, this.#startedAt));
    return this.#line(`{"t":${t},"i":${i},"o":${asciiJson(outputs)}`);
  }

  #line(text: string): string {
    const crc = crcOfAscii(text, this.#crc);
    assert(crc !== null, "a line of the recording is not ASCII");
    this.#crc = crc;
    return `${text},"c":"${crcText(crc)}"}\n`;
  }
}

export type DecodedLine =
  | { readonly kind: "step"; readonly record: StepRecord; readonly altered: boolean }
  | { readonly kind: "end"; readonly reason: EndReason; readonly altered: boolean }
  /** It cannot be stepped through; `expected` completes "expected ...". */
  | { readonly kind: "unreadable"; readonly expected: string };

/** Reads the lines of one recording, in order. */
export class RecordingDecoder {
  readonly #startedAt: Instant;
  #crc: string;

  /** @param headerLine the first line, without its end */
  constructor(headerLine: string, header: RecordingHeader) {
    this.#startedAt = header.startedAt;
    this.#crc = checkOf(headerLine, "00000000");
  }

  /** @param line without its end */
  decode(line: string): DecodedLine {
    const match = /^(\{.*),"c":"([0-9a-f]{8})"\}$/.exec(line);
    const [, text = "", check = ""] = match ?? [];
    if (match === null) return unreadable('a line that ends in a check: "c":"8 digits"');
    const altered = checkOf(text, this.#crc) !== check;
    this.#crc = check;
    const content = parseJson(`${text}}`);
    if (content === null) return unreadable("JSON");
    const { t, i, o, end } = content;
    if (!isWhole(t) || t < 0) return unreadable("the time `t` in whole microseconds");
    const reason = endReasons.find((known) => known === end);
    if (reason !== undefined) return { kind: "end", reason, altered };
    const input = decodeInput(i, this.#startedAt);
    if (input === null) return unreadable("an input `i`");
    if (!Array.isArray(o) || !o.every(isText))
      return unreadable("the outputs `o`, a list of texts");
    const record = { at: instant(this.#startedAt + t), input, outputs: o };
    return { kind: "step", record, altered };
  }
}

function encodeInput(input: NodeInput | Timeout, startedAt: Instant): unknown {
  switch (input.kind) {
    case "timeout":
      return "timeout";
    case "datagram":
      return {
        d: toBase64(input.bytes),
        ...(input.origin === undefined ? {} : { f: input.origin }),
        ...(input.path === undefined ? {} : { p: input.path }),
      };
    case "readings":
      return {
        r: input.readings.map(({ channel, value, sourceTime }) => {
          // JSON has no minus zero, and the machine may tell it from zero.
          return [channel, Object.is(value, -0) ? "-0" : value, sourceTime - startedAt];
        }),
      };
    case "write-refused":
      return { w: [input.output, input.reason, ...tokensOf(input)] };
    case "override":
      return { h: [input.sensor, input.channel, input.word] };
    case "snooze":
      return { s: input.length };
    case "reboot":
      return "reboot";
    case "disk-done":
    case "requests":
    case "client-gone":
    case "client-paused":
      return encodeReplicaInput(input);
    default:
      return unreachable(input);
  }
}

function decodeInput(encoded: unknown, startedAt: Instant): NodeInput | Timeout | null {
  if (encoded === "timeout") return timeout;
  if (encoded === "reboot") return { kind: "reboot" };
  if (typeof encoded !== "object" || encoded === null) return null;
  const { d, f, p, r, w, h, s, k, q, g } = encoded as Readonly<Record<string, unknown>>;
  if (isText(d)) {
    const origin = isText(f) ? { origin: f } : {};
    const path = isWhole(p) ? { path: p } : {};
    return { kind: "datagram", bytes: fromBase64(d), ...origin, ...path };
  }
  if (Array.isArray(k)) return decodeDiskDone(k);
  if (Array.isArray(q)) return decodeRequests(q);
  if (Array.isArray(g)) return decodeClient(g);
  if (Array.isArray(r)) return decodeReadings(r, startedAt);
  if (isWhole(s) && s >= 0) return { kind: "snooze", length: micros(s) };
  if (Array.isArray(h)) return decodeOverride(h);
  return Array.isArray(w) ? decodeRefusal(w) : null;
}

function decodeRefusal([output, reason, token, newest]: readonly unknown[]): NodeInput | null {
  if (!isText(output) || !isText(reason)) return null;
  const tokens = {
    ...(isWhole(token) ? { token } : {}),
    ...(isWhole(newest) ? { newest } : {}),
  };
  return { kind: "write-refused", output, reason: reason as WriteRefusal, ...tokens };
}

type RefusedInput = Extract<NodeInput, { readonly kind: "write-refused" }>;

/** Nothing where the command was not fenced off. */
const tokensOf = ({ token, newest }: RefusedInput): readonly (number | null)[] =>
  token === undefined && newest === undefined ? [] : [token ?? null, newest ?? null];

function decodeReadings(list: readonly unknown[], startedAt: Instant): NodeInput | null {
  const readings: Reading[] = [];
  for (const item of list) {
    const [channel, encoded, time] = Array.isArray(item) ? (item as readonly unknown[]) : [];
    const value = encoded === "-0" ? -0 : encoded;
    if (!isText(channel) || !isWhole(time) || startedAt + time < 0) return null;
    if (value !== null && typeof value !== "number") return null;
    readings.push({ channel, value, sourceTime: instant(startedAt + time) });
  }
  return { kind: "readings", readings };
}

function decodeOverride([sensor, channel, said]: readonly unknown[]): NodeInput | null {
  const word = channelWords.find((known): known is ChannelWord => known === said);
  if (!isText(sensor) || !isText(channel) || word === undefined) return null;
  return { kind: "override", sensor, channel, word };
}

const unreadable = (expected: string): DecodedLine => ({ kind: "unreadable", expected });

/** What is not ASCII is not ours, so its check never fits. */
function checkOf(text: string, before: string): string {
  const crc = crcOfAscii(text, Number.parseInt(before, 16));
  return crc === null ? "not ASCII" : crcText(crc);
}

function parseJson(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" ? (value as Readonly<Record<string, unknown>> | null) : null;
  } catch {
    return null;
  }
}

const isText = (value: unknown): value is string => typeof value === "string";
const isWhole = (value: unknown): value is number => Number.isSafeInteger(value);
