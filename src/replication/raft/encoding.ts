/**
 * Raft's messages as bodies of frames, which are lists:
 *
 *     vote request    [1, term, pre | transfer, last index, last term, life]
 *     vote reply      [2, term, pre | granted | blank, life]
 *     append          [3, term, outline | leased, previous index, previous term, committed, round,
 *                     entries]
 *     append reply    [4, term, accepted | blank | outline, index, hint term, round, life]
 *     snapshot piece  [5, term, outline, index, its term, head, offset, total, crc, bytes, round]
 *     snapshot reply  [6, term, blank | outline, index, received, round, life]
 *     timeout now     [7, term]
 *
 * A body that does not fit is refused whole: `null`. What fits may still be nonsense; whoever takes
 * it checks it against what it knows.
 */
import { unreachable } from "../../kernel/assert.js";
import { snapshotBytesMax } from "../../recovery/log/ports.js";
import { asInteger, asList } from "../../wire/shape.js";
import { numberMax } from "./fields.js";
import type { RaftMessage, SnapshotPiece } from "./messages.js";
import { packEntries, unpackEntries } from "./pack.js";

const codes = {
  "vote-request": 1,
  "vote-reply": 2,
  append: 3,
  "append-reply": 4,
  snapshot: 5,
  "snapshot-reply": 6,
  "timeout-now": 7,
} as const;

/** Of the flags of a message, the lowest bit first. */
const flag = (one: boolean, two = false, three = false): number =>
  (one ? 1 : 0) | (two ? 2 : 0) | (three ? 4 : 0);

export function encodeMessage(message: RaftMessage): unknown {
  const code = codes[message.kind];
  const { term } = message;
  switch (message.kind) {
    case "vote-request": {
      const { pre, transfer, lastIndex, lastTerm, life } = message;
      return [code, term, flag(pre, transfer), lastIndex, lastTerm, life];
    }
    case "vote-reply":
      return [code, term, flag(message.pre, message.granted, message.blank), message.life];
    case "append": {
      const { outline, leased, previousIndex, previousTerm, committed, round, entries } = message;
      const flags = flag(outline, leased);
      const packed = packEntries(entries, previousTerm);
      return [code, term, flags, previousIndex, previousTerm, committed, round, packed];
    }
    case "append-reply": {
      const { accepted, blank, outline, index, hintTerm, round, life } = message;
      return [code, term, flag(accepted, blank, outline), index, hintTerm, round, life];
    }
    case "snapshot": {
      const { index, snapshotTerm, head, offset, total, crc, bytes, round } = message;
      const outline = flag(message.outline);
      return [code, term, outline, index, snapshotTerm, head, offset, total, crc, bytes, round];
    }
    case "snapshot-reply": {
      const { blank, outline, index, received, round, life } = message;
      return [code, term, flag(blank, outline), index, received, round, life];
    }
    case "timeout-now":
      return [code, term];
    default:
      return unreachable(message);
  }
}

/** The most fields that a message has. */
const fieldsMax = 11;

export function parseMessage(body: unknown): RaftMessage | null {
  const fields = asList(body, fieldsMax);
  if (fields === null) return null;
  switch (fields[0]) {
    case codes["vote-request"]:
      return parseVoteRequest(fields);
    case codes["vote-reply"]:
      return parseVoteReply(fields);
    case codes.append:
      return parseAppend(fields);
    case codes["append-reply"]:
      return parseAppendReply(fields);
    case codes.snapshot:
      return parseSnapshot(fields);
    case codes["snapshot-reply"]:
      return parseSnapshotReply(fields);
    case codes["timeout-now"]:
      return parseTimeoutNow(fields);
    default:
      return null;
  }
}

type Fields = readonly unknown[];

/** Terms, indices, rounds and lives. */
const asNumber = (value: unknown): number | null => asInteger(value, 0, numberMax);

/** So many numbers from field `from` on, and no field after them. */
function numbers(fields: Fields, from: number, count: number): readonly number[] | null {
  if (fields.length !== from + count) return null;
  const found: number[] = [];
  for (let at = from; at < from + count; at += 1) {
    const value = asNumber(fields[at]);
    if (value === null) return null;
    found.push(value);
  }
  return found;
}

const isSet = (flags: number, bit: 1 | 2 | 4): boolean => (flags & bit) !== 0;

function parseVoteRequest(fields: Fields): RaftMessage | null {
  const [term, flags, lastIndex, lastTerm, life] = numbers(fields, 1, 5) ?? [];
  if (term === undefined || flags === undefined || flags > 3) return null;
  if (lastIndex === undefined || lastTerm === undefined || life === undefined) return null;
  const [pre, transfer] = [isSet(flags, 1), isSet(flags, 2)];
  return { kind: "vote-request", term, pre, transfer, lastIndex, lastTerm, life };
}

function parseVoteReply(fields: Fields): RaftMessage | null {
  const [term, flags, life] = numbers(fields, 1, 3) ?? [];
  if (term === undefined || flags === undefined || life === undefined || flags > 7) return null;
  const [pre, granted, blank] = [isSet(flags, 1), isSet(flags, 2), isSet(flags, 4)];
  return { kind: "vote-reply", term, pre, granted, blank, life };
}

/** The most frequent message is read without a list of its numbers. */
function parseAppend(fields: Fields): RaftMessage | null {
  const term = asNumber(fields[1]);
  const flags = asInteger(fields[2], 0, 3);
  const previousIndex = asNumber(fields[3]);
  const previousTerm = asNumber(fields[4]);
  const committed = asNumber(fields[5]);
  const round = asNumber(fields[6]);
  const packed = fields[7];
  if (term === null || previousIndex === null || previousTerm === null) return null;
  if (committed === null || round === null || fields.length !== 8) return null;
  if (!(packed instanceof Uint8Array) || flags === null) return null;
  const entries = unpackEntries(packed, previousIndex, previousTerm);
  if (entries === null) return null;
  const [outline, leased] = [isSet(flags, 1), isSet(flags, 2)];
  const about = { term, outline, leased, previousIndex, previousTerm, committed, round };
  return { kind: "append", ...about, entries };
}

function parseAppendReply(fields: Fields): RaftMessage | null {
  const term = asNumber(fields[1]);
  const flags = asInteger(fields[2], 0, 7);
  const index = asNumber(fields[3]);
  const hintTerm = asNumber(fields[4]);
  const round = asNumber(fields[5]);
  const life = asNumber(fields[6]);
  if (term === null || flags === null || index === null || fields.length !== 7) return null;
  if (hintTerm === null || round === null || life === null) return null;
  const [accepted, blank, outline] = [isSet(flags, 1), isSet(flags, 2), isSet(flags, 4)];
  return { kind: "append-reply", term, accepted, blank, outline, index, hintTerm, round, life };
}

function parseSnapshot(fields: Fields): SnapshotPiece | null {
  if (fields.length !== 11) return null;
  const [, term, flags, index, snapshotTerm, head, offset, total, crc, bytes, round] = fields;
  if (!(head instanceof Uint8Array) || !(bytes instanceof Uint8Array)) return null;
  const piece = {
    term: asNumber(term),
    flags: asInteger(flags, 0, 1),
    index: asNumber(index),
    snapshotTerm: asNumber(snapshotTerm),
    offset: asInteger(offset, 0, snapshotBytesMax),
    total: asInteger(total, 0, snapshotBytesMax),
    crc: asInteger(crc, 0, 2 ** 32 - 1),
    round: asNumber(round),
  };
  if (!areNumbers(piece) || piece.offset + bytes.length > piece.total) return null;
  const { flags: bits, ...rest } = piece;
  return { kind: "snapshot", ...rest, outline: isSet(bits, 1), head, bytes };
}

const areNumbers = <Name extends string>(
  fields: Readonly<Record<Name, number | null>>,
): fields is Readonly<Record<Name, number>> =>
  Object.values(fields).every((value) => value !== null);

function parseSnapshotReply(fields: Fields): RaftMessage | null {
  const [term, flags, index, received, round, life] = numbers(fields, 1, 6) ?? [];
  if (term === undefined || flags === undefined || index === undefined || flags > 3) return null;
  if (received === undefined || round === undefined || life === undefined) return null;
  const [blank, outline] = [isSet(flags, 1), isSet(flags, 2)];
  return { kind: "snapshot-reply", term, blank, outline, index, received, round, life };
}

function parseTimeoutNow(fields: Fields): RaftMessage | null {
  const [term] = numbers(fields, 1, 1) ?? [];
  return term === undefined ? null : { kind: "timeout-now", term };
}
