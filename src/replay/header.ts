/**
 * The first line of a recording: which machine it is of, and what must be the same for a replay to
 * mean anything. The cluster's key is not in it; a tag made with the key is, by which a wrong key
 * is recognised.
 */
import { type NodeId, parseNodeId } from "../kernel/ids.js";
import { type Instant, instant } from "../kernel/time.js";
import type { Mac } from "../wire/mac.js";
import { asciiJson } from "./ascii-crc.js";
import { toBase64 } from "./base64.js";

export const recordingSchema = "holdfast.recording/1";

export interface RecordingHeader {
  readonly schema: typeof recordingSchema;
  readonly node: NodeId;
  readonly bootId: number;
  /** When the machine was made, on the node's monotonic clock. */
  readonly startedAt: Instant;
  /** The same in wall-clock time, ISO 8601: for people only. */
  readonly wallClock: string;
  /** Of the Holdfast that recorded. */
  readonly version: string;
  /**
   * The path of the config, where the replica had one: a replay takes the app and the key of it.
   */
  readonly config: string | null;
  readonly keyCheck: string;
  /** The settings in outline, see settings-outline.ts. */
  readonly settings: unknown;
}

export type HeaderReading =
  | { readonly ok: true; readonly header: RecordingHeader }
  /** `expected` completes "expected ...". */
  | { readonly ok: false; readonly expected: string };

/** A tag of a text that no frame can be: it says nothing of the key, but is another for another. */
export function keyCheck(mac: Mac): string {
  const text = asciiJson("the key of a holdfast recording");
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  return toBase64(mac.tag(bytes));
}

export function parseHeader(line: string): HeaderReading {
  const content = parseObject(line);
  const schema = content?.["schema"];
  if (content === null || typeof schema !== "string") {
    return { ok: false, expected: `a header with "schema":"${recordingSchema}"` };
  }
  if (schema !== recordingSchema) {
    return { ok: false, expected: `the schema ${recordingSchema}, got ${asciiJson(schema)}` };
  }
  const { bootId, startedAt, wallClock, version, config, keyCheck: check, settings } = content;
  const node = parseNodeId(content["node"]);
  if (node === null) return { ok: false, expected: "the id of a node in `node`" };
  if (!isWhole(bootId)) return { ok: false, expected: "a whole number in `bootId`" };
  if (!isWhole(startedAt)) return { ok: false, expected: "whole microseconds in `startedAt`" };
  if (typeof check !== "string") return { ok: false, expected: "a text in `keyCheck`" };
  const header = {
    schema: recordingSchema,
    ...{ node, bootId, startedAt: instant(startedAt), keyCheck: check, settings },
    wallClock: typeof wallClock === "string" ? wallClock : "",
    version: typeof version === "string" ? version : "",
    config: typeof config === "string" ? config : null,
  } as const;
  return { ok: true, header };
}

function parseObject(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" ? (value as Readonly<Record<string, unknown>> | null) : null;
  } catch {
    return null;
  }
}

const isWhole = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;
