/**
 * Commands as they stand in the log. The leader encodes a command once; every replica parses it.
 *
 *     command  = version-and-kind (1), session, sequence, fields of the kind
 *     integers = LEB128; names and values behind their length; see wire/byte-writer.ts
 *
 *     open-session      lease (us), name            put     flags, condition?, key, value
 *     close-session                                 delete  flags, condition?, key
 *     acquire           flags, delay (us), lock     release token, lock
 *     app               name, argument as text      expire-session   session
 *     known-app         name, argument as text      end-lock-delay   token, lock
 *     refuse-app        detail
 *
 * A put of 100 bytes under a key of 12 takes 122 bytes. What the log holds has been agreed on, so a
 * replica cannot refuse it alone; but its bytes were on a disk and under other versions of this
 * program, so they are parsed like any other, and what cannot be read is applied to no effect.
 */
import { unreachable } from "../../kernel/assert.js";
import { micros } from "../../kernel/time.js";
import { ByteReader } from "../../wire/byte-reader.js";
import { ByteWriter } from "../../wire/byte-writer.js";
import { detailLengthMax, lockDelayMax, sessionLeaseMax, sessionLeaseMin } from "./limits.js";
import { readName } from "./names.js";
import { parsePlain, plainText } from "./plain-text.js";
import {
  type Command,
  type Condition,
  type JudgedCommand,
  type LeaderCommand,
  valueBytesMax,
} from "./ports.js";

export type AnyCommand = Command | LeaderCommand | JudgedCommand;

/** What the log says is to be done, and for whom. */
export interface LoggedCommand {
  /** 0: none; a leader's command has none. */
  readonly session: number;
  readonly sequence: number;
  readonly command: AnyCommand;
}

/** In the high half of the first byte. Another version's commands cannot be read. */
const formatVersion = 1;

const kinds = {
  put: 1,
  delete: 2,
  acquire: 3,
  release: 4,
  "open-session": 5,
  "close-session": 6,
  app: 7,
  "expire-session": 8,
  "end-lock-delay": 9,
  "refuse-app": 10,
  "known-app": 11,
} as const;

const conditional = 1;
/** Of a put, and of an acquire. */
const ephemeral = 2;
const waits = 1;

const countMax = Number.MAX_SAFE_INTEGER;

const writer = new ByteWriter(8 * 1_024);

/**
 * @param session 0 without one, and for a command of the leader
 * @param command its names, values and bounds were checked by `parseRequest`, or are ours
 */
export function encodeCommand(session: number, sequence: number, command: AnyCommand): Uint8Array {
  writer.clear();
  writer.byte((formatVersion << 4) | kinds[command.kind]);
  writer.integer(session);
  writer.integer(sequence);
  writeFields(command);
  return writer.takeShared();
}

function writeFields(command: AnyCommand): void {
  switch (command.kind) {
    case "put":
      writeCondition(command.condition, command.ephemeral ? ephemeral : 0);
      writer.text(command.key);
      writer.bytes(command.value);
      return;
    case "delete":
      writeCondition(command.condition, 0);
      writer.text(command.key);
      return;
    case "acquire":
      writer.integer(command.wait ? waits : 0);
      writer.integer(command.lockDelay);
      writer.text(command.lock);
      return;
    case "release":
    case "end-lock-delay":
      writer.integer(command.token);
      writer.text(command.lock);
      return;
    case "open-session":
      writer.integer(command.lease);
      writer.text(command.name);
      return;
    case "close-session":
      return;
    case "app":
    case "known-app":
      writer.text(command.name);
      writer.text(plainText(command.argument));
      return;
    case "refuse-app":
      writer.text(command.detail);
      return;
    case "expire-session":
      writer.integer(command.session);
      return;
    default:
      unreachable(command);
  }
}

function writeCondition(condition: Condition | null, flags: number): void {
  writer.integer(condition === null ? flags : flags | conditional);
  if (condition !== null) writer.integer(condition.version);
}

/** Without reading all of it: most commands are none of the app's. */
export const isAppCommand = (bytes: Uint8Array): boolean =>
  bytes[0] === ((formatVersion << 4) | kinds.app);

/** Null where the bytes are no command. A put's value is a view of `bytes`. */
export function parseCommand(bytes: Uint8Array): LoggedCommand | null {
  const reader = new ByteReader(bytes);
  const head = reader.byte();
  if (head >> 4 !== formatVersion) return null;
  const session = reader.integer(0, countMax);
  const sequence = reader.integer(0, countMax);
  const command = readFields(head & 0x0f, reader);
  return command === null || !reader.ended ? null : { session, sequence, command };
}

function readFields(kind: number, reader: ByteReader): AnyCommand | null {
  switch (kind) {
    case kinds.put:
      return readPut(reader);
    case kinds.delete: {
      const condition = readCondition(reader.integer(0, conditional), reader);
      return { kind: "delete", condition, key: readName(reader) };
    }
    case kinds.acquire: {
      const wait = reader.integer(0, waits) === waits;
      const lockDelay = micros(reader.integer(0, lockDelayMax));
      return { kind: "acquire", wait, lockDelay, lock: readName(reader) };
    }
    case kinds.release:
      return { kind: "release", token: reader.integer(0, countMax), lock: readName(reader) };
    case kinds["open-session"]: {
      const lease = micros(reader.integer(sessionLeaseMin, sessionLeaseMax));
      return { kind: "open-session", lease, name: readName(reader) };
    }
    case kinds["close-session"]:
      return { kind: "close-session" };
    case kinds.app:
      return readApp("app", reader);
    case kinds["known-app"]:
      return readApp("known-app", reader);
    case kinds["refuse-app"]:
      return { kind: "refuse-app", detail: reader.text(detailLengthMax) };
    case kinds["expire-session"]:
      return { kind: "expire-session", session: reader.integer(1, countMax) };
    case kinds["end-lock-delay"]:
      return { kind: "end-lock-delay", token: reader.integer(1, countMax), lock: readName(reader) };
    default:
      return null;
  }
}

function readPut(reader: ByteReader): Command {
  const flags = reader.integer(0, conditional | ephemeral);
  const condition = readCondition(flags, reader);
  const key = readName(reader);
  const value = reader.bytes(valueBytesMax);
  return { kind: "put", key, value, condition, ephemeral: (flags & ephemeral) !== 0 };
}

function readCondition(flags: number, reader: ByteReader): Condition | null {
  return (flags & conditional) === 0 ? null : { version: reader.integer(0, countMax) };
}

function readApp(kind: "app" | "known-app", reader: ByteReader): AnyCommand | null {
  const name = readName(reader);
  const argument = parsePlain(reader.text(valueBytesMax));
  return argument === undefined ? null : { kind, name, argument };
}
