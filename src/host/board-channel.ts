/**
 * What a replica and the process that started it say to each other over the IPC channel, when the
 * parent has the plant: the demo runs one plant and three replicas. Readings go down, commands go
 * up.
 *
 * All instants are CLOCK_MONOTONIC in microseconds, which the processes of one machine share: so
 * the parent can end a command at its `until` by itself, though the replica be stopped or gone.
 */
import type { CommandMarks, Reading, WriteRefusal } from "../../boards/board.js";
import type { NodeId } from "../kernel/ids.js";
import { type Instant, micros } from "../kernel/time.js";
import type { NodeEvent } from "../node/events.js";
import type { LinkFaults } from "./faulty-link.js";
import type { LiveStatus } from "./live-status.js";

/**
 * The flag of `holdfast run` by which a forked replica takes its board from the parent. A channel
 * alone does not say so: process managers fork with one, too.
 */
export const boardFromParentFlag = "--board-from-parent";

/** A status is pushed so often, in milliseconds. */
export const statusPeriod = 200;

/** From the parent to the replica. */
export type ParentMessage =
  /** The newest reading of each channel, with the instant at which it was sampled. */
  | { readonly kind: "readings"; readonly readings: readonly Reading[] }
  /** From now on these faults on what the replica sends, and no others. */
  | { readonly kind: "link-faults"; readonly faults: Partial<LinkFaults> }
  /** The board did not take a command: its protection does not fit, or it came too late. */
  | ({ readonly kind: "write-refused" } & RefusedWrite)
  /** End in good order: release the outputs, then exit with code 0. */
  | { readonly kind: "stop" };

/** What a board says of a command that it did not take. */
export interface RefusedWrite {
  readonly output: string;
  readonly reason: WriteRefusal;
  /** Of a fenced one: its own token, and the newest that the board has seen. */
  readonly token?: number;
  readonly newest?: number;
}

/** From the replica to the parent. */
export type ReplicaMessage =
  /** The socket is bound and the machine runs. */
  | {
      readonly kind: "up";
      readonly node: NodeId;
      readonly pid: number;
      readonly bootId: number;
      /** The file of the flight recording; null where nothing is recorded. */
      readonly recording: string | null;
    }
  | {
      readonly kind: "write";
      /** When the replica did it: messages of several replicas may arrive in another order. */
      readonly at: Instant;
      readonly output: string;
      readonly value: number;
      readonly until: Instant;
      /** See `markTexts`. */
      readonly frame: string | null;
      /** Of an output that a voter drives: the cycle that the vote belongs to. */
      readonly cycle?: number;
      /** Of a command by right. */
      readonly token?: number;
    }
  | { readonly kind: "release"; readonly at: Instant; readonly output: string }
  | { readonly kind: "event"; readonly at: Instant; readonly event: NodeEvent }
  | { readonly kind: "status"; readonly status: LiveStatus };

/** A parent that pushes more channels than this at once is not ours. */
export const readingsMax = 256;

/** Reads a message of the parent; null for anything that is none. */
export function parseParentMessage(message: unknown): ParentMessage | null {
  if (!isRecord(message)) return null;
  switch (message["kind"]) {
    case "stop":
      return { kind: "stop" };
    case "readings":
      return parseReadings(message["readings"]);
    case "link-faults":
      return parseFaults(message["faults"]);
    case "write-refused":
      return parseRefusal(message);
    default:
      return null;
  }
}

function parseReadings(list: unknown): ParentMessage | null {
  if (!Array.isArray(list) || list.length > readingsMax) return null;
  const readings = list.map(parseReading);
  if (readings.includes(null)) return null;
  return { kind: "readings", readings: readings as Reading[] };
}

function parseReading(item: unknown): Reading | null {
  if (!isRecord(item)) return null;
  const { channel, value, sourceTime } = item;
  if (typeof channel !== "string" || !isInstant(sourceTime)) return null;
  return value === null || Number.isFinite(value)
    ? { channel, value: value as number | null, sourceTime }
    : null;
}

function parseFaults(faults: unknown): ParentMessage | null {
  if (!isRecord(faults)) return null;
  const { loss = 0, duplicate = 0, delay = 0, blockedTargets = [], blockedSources = [] } = faults;
  if (!isProbability(loss) || !isProbability(duplicate)) return null;
  if (!isInstant(delay) || !isNames(blockedTargets) || !isNames(blockedSources)) return null;
  const blocked = { blockedTargets, blockedSources };
  return { kind: "link-faults", faults: { loss, duplicate, delay: micros(delay), ...blocked } };
}

/** A record, not a list: the compiler asks for a reason that is new. */
const refusals: Readonly<Record<WriteRefusal, true>> = {
  "unknown-output": true,
  "not-finite": true,
  "out-of-range": true,
  expired: true,
  closed: true,
  lost: true,
  "corrupt-command": true,
  "masqueraded-command": true,
  "repeated-command": true,
  "reordered-command": true,
  "stale-token": true,
  "no-token": true,
};

function parseRefusal(message: Readonly<Record<string, unknown>>): ParentMessage | null {
  const { output, reason, token, newest } = message;
  if (typeof output !== "string" || typeof reason !== "string") return null;
  if (!Object.hasOwn(refusals, reason)) return null;
  const tokens = {
    ...(isInstant(token) ? { token } : {}),
    ...(isInstant(newest) ? { newest } : {}),
  };
  return { kind: "write-refused", output, reason: reason as WriteRefusal, ...tokens };
}

type SentWrite = Extract<ReplicaMessage, { readonly kind: "write" }>;

/** The channel carries JSON: a frame goes in base 64, and what is not there is left out. */
export function markTexts(marks: CommandMarks): Pick<SentWrite, "frame" | "cycle" | "token"> {
  const { frame = null, cycle = null, token = null } = marks;
  return {
    frame: frame === null ? null : Buffer.from(frame).toString("base64"),
    ...(cycle === null ? {} : { cycle }),
    ...(token === null ? {} : { token }),
  };
}

/** Any text gives some bytes; whether they are a command is for the check of the board to say. */
export const marksOf = ({ frame, cycle, token }: SentWrite): CommandMarks => ({
  frame: frame === null ? null : Buffer.from(frame, "base64"),
  cycle: cycle ?? null,
  token: token ?? null,
});

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isInstant = (value: unknown): value is Instant =>
  Number.isSafeInteger(value) && (value as number) >= 0;

const isProbability = (value: unknown): value is number =>
  typeof value === "number" && value >= 0 && value <= 1;

const isNames = (value: unknown): value is NodeId[] =>
  Array.isArray(value) && value.every((name) => typeof name === "string");
