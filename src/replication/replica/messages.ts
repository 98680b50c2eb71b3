/**
 * What replicas say to one another beside Raft: work that is handed on to the leader, and what came
 * of it. Many pieces travel in one frame.
 *
 *     body     = kind (1), life, term, count, items    integers as in wire/byte-writer.ts
 *     forward  = ticket, work kind, fields
 *     outcome  = ticket, outcome kind, fields
 *
 * `life` names the start of the replica that asks, so that an answer to what it asked before a
 * crash is not taken for another. A forward also has the `term` in which it takes its target for
 * the leader (of outcomes it is 0), and is done in that term only.
 *
 * A command without a session is applied each time that it comes, and a change of members undoes
 * what came after it, so no copy may count. The envelope drops copies (wire/replay-window.ts), but
 * forgets with its process what it has seen, and takes the copy of a frame for new after a start.
 * The term does not: who starts again leads in a later one, if at all.
 */
import { unreachable } from "../../kernel/assert.js";
import { nodeIdLengthMax, parseNodeId } from "../../kernel/ids.js";
import { ByteReader } from "../../wire/byte-reader.js";
import { ByteWriter } from "../../wire/byte-writer.js";
import type { MemberChange, MemberRole } from "../raft/ports.js";
import { detailLengthMax } from "../service/limits.js";
import { parsePlain, plainText } from "../service/plain-text.js";
import type { Plain, RequestRefusal } from "../service/ports.js";
import { readResult, writeResult } from "../service/result-bytes.js";
import { bodyBytesMax } from "./limits.js";
import type { Outcome, Work } from "./work.js";

export interface Forwarded {
  readonly ticket: number;
  readonly work: Work;
}

export interface Answered {
  readonly ticket: number;
  readonly outcome: Outcome;
}

export type ReplicaMessage =
  | {
      readonly kind: "forward";
      readonly life: number;
      readonly term: number;
      readonly items: readonly Forwarded[];
    }
  | { readonly kind: "outcomes"; readonly life: number; readonly items: readonly Answered[] };

/** The least that an item takes, so that a count can be judged before anything is read. */
const itemBytesMin = 2;
const countMax = Number.MAX_SAFE_INTEGER;
/** Of an `ok`: the longest is a group of 32 members in the middle of a change. */
const detailBytesMax = 6_144;
const commandBytesMax = bodyBytesMax - 64;

const kinds = { forward: 1, outcomes: 2 } as const;
const works = { command: 0, read: 1, "keep-alive": 2, change: 3, transfer: 4, members: 5 } as const;
const outcomes = { result: 0, index: 1, ok: 2, refused: 3, elsewhere: 4 } as const;
const changes = { add: 0, remove: 1, promote: 2, replace: 3 } as const;
const roles: readonly MemberRole[] = ["voter", "learner", "witness"];

/** By their numbers on the wire: new ones come last. */
const refusals: readonly RequestRefusal[] = [
  "no-leader",
  "unknown-outcome",
  "overloaded",
  "no-session",
  "disk-not-writable",
  "no-quorum",
  "malformed",
  "compacted",
  "change-refused",
  "no-copy",
];

const writer = new ByteWriter(2 * bodyBytesMax);

/** As few bodies as hold all items, each no longer than `bodyBytesMax`. */
export function forwardBodies(
  life: number,
  term: number,
  items: readonly Forwarded[],
): Uint8Array[] {
  return bodies({ kind: kinds.forward, life, term }, items, forwardedBytes, writeForwarded);
}

export function outcomeBodies(life: number, items: readonly Answered[]): Uint8Array[] {
  return bodies({ kind: kinds.outcomes, life, term: 0 }, items, answeredBytes, writeAnswered);
}

/** Null where the bytes are no message. A command's bytes are a view of them. */
export function parseReplicaMessage(bytes: Uint8Array): ReplicaMessage | null {
  const reader = new ByteReader(bytes);
  const kind = reader.byte();
  const life = reader.integer(0, countMax);
  const term = reader.integer(0, kind === kinds.forward ? countMax : 0);
  const count = reader.integer(0, Math.floor(bytes.length / itemBytesMin));
  if (kind === kinds.forward) {
    const items = readItems(reader, count, readForwarded);
    return items === null ? null : { kind: "forward", life, term, items };
  }
  if (kind !== kinds.outcomes) return null;
  const items = readItems(reader, count, readAnswered);
  return items === null ? null : { kind: "outcomes", life, items };
}

interface Head {
  readonly kind: number;
  readonly life: number;
  readonly term: number;
}

function bodies<Item>(
  { kind, life, term }: Head,
  items: readonly Item[],
  bytesOf: (item: Item) => number,
  write: (item: Item) => void,
): Uint8Array[] {
  const made: Uint8Array[] = [];
  let start = 0;
  while (start < items.length) {
    let end = start;
    let bytes = 32;
    while (end < items.length) {
      bytes += bytesOf(items[end] as Item);
      if (end > start && bytes > bodyBytesMax) break;
      end += 1;
    }
    writer.clear();
    writer.byte(kind);
    writer.integer(life);
    writer.integer(term);
    writer.integer(end - start);
    for (let at = start; at < end; at += 1) write(items[at] as Item);
    made.push(writer.take());
    start = end;
  }
  return made;
}

function readItems<Item>(
  reader: ByteReader,
  count: number,
  read: (reader: ByteReader) => Item | null,
): Item[] | null {
  const items: Item[] = [];
  for (let at = 0; at < count && !reader.failed; at += 1) {
    const item = read(reader);
    if (item === null) return null;
    items.push(item);
  }
  return reader.ended ? items : null;
}

/** At most; like the two below it. */
const forwardedBytes = ({ work }: Forwarded): number =>
  work.kind === "command" ? work.bytes.length + 24 : 96;

function answeredBytes({ outcome }: Answered): number {
  switch (outcome.kind) {
    case "result":
      return outcome.result.ok && outcome.result.kind === "app"
        ? plainText(outcome.result.result).length + 40
        : detailLengthMax + 40;
    case "ok":
      return plainText(outcome.detail).length + 24;
    default:
      return detailLengthMax + 24;
  }
}

function writeForwarded({ ticket, work }: Forwarded): void {
  writer.integer(ticket);
  writer.byte(works[work.kind]);
  switch (work.kind) {
    case "command":
      writer.integer(work.session);
      writer.bytes(work.bytes);
      break;
    case "read":
    case "members":
      break;
    case "keep-alive":
      writer.integer(work.session);
      break;
    case "change":
      writeChange(work.change);
      break;
    case "transfer":
      writer.text(work.target ?? "");
      break;
    default:
      unreachable(work);
  }
}

function readForwarded(reader: ByteReader): Forwarded | null {
  const ticket = reader.integer(1, countMax);
  const work = readWork(reader);
  return work === null ? null : { ticket, work };
}

function readWork(reader: ByteReader): Work | null {
  switch (reader.byte()) {
    case works.command: {
      const session = reader.integer(0, countMax);
      // A copy: the command stays in the log long after the frame.
      return { kind: "command", session, bytes: reader.bytes(commandBytesMax).slice() };
    }
    case works.read:
      return { kind: "read" };
    case works.members:
      return { kind: "members" };
    case works["keep-alive"]:
      return { kind: "keep-alive", session: reader.integer(1, countMax) };
    case works.change: {
      const change = readChange(reader);
      return change === null ? null : { kind: "change", change };
    }
    case works.transfer: {
      const text = reader.text(nodeIdLengthMax);
      const target = parseNodeId(text);
      return target === null && text !== "" ? null : { kind: "transfer", target };
    }
    default:
      return null;
  }
}

function writeChange(change: MemberChange): void {
  writer.byte(changes[change.kind]);
  writer.text(change.member);
  if (change.kind === "add") writer.byte(roles.indexOf(change.role));
  if (change.kind === "replace") writer.text(change.successor);
}

function readChange(reader: ByteReader): MemberChange | null {
  const kind = reader.byte();
  const member = parseNodeId(reader.text(nodeIdLengthMax));
  if (member === null) return null;
  switch (kind) {
    case changes.add: {
      const role = roles[reader.byte()];
      return role === undefined ? null : { kind: "add", member, role };
    }
    case changes.remove:
      return { kind: "remove", member };
    case changes.promote:
      return { kind: "promote", member };
    case changes.replace: {
      const successor = parseNodeId(reader.text(nodeIdLengthMax));
      return successor === null ? null : { kind: "replace", member, successor };
    }
    default:
      return null;
  }
}

function writeAnswered({ ticket, outcome }: Answered): void {
  writer.integer(ticket);
  writer.byte(outcomes[outcome.kind]);
  switch (outcome.kind) {
    case "result":
      writer.integer(outcome.at);
      writeResult(writer, outcome.result);
      break;
    case "index":
      writer.integer(outcome.at);
      break;
    case "ok":
      writer.text(plainText(outcome.detail));
      break;
    case "refused":
      writer.byte(refusals.indexOf(outcome.reason));
      writer.text(outcome.detail.slice(0, detailLengthMax));
      break;
    case "elsewhere":
      break;
    default:
      unreachable(outcome);
  }
}

function readAnswered(reader: ByteReader): Answered | null {
  const ticket = reader.integer(1, countMax);
  const outcome = readOutcome(reader);
  return outcome === null ? null : { ticket, outcome };
}

function readOutcome(reader: ByteReader): Outcome | null {
  switch (reader.byte()) {
    case outcomes.result: {
      const at = reader.integer(1, countMax);
      return { kind: "result", at, result: readResult(reader) };
    }
    case outcomes.index:
      return { kind: "index", at: reader.integer(0, countMax) };
    case outcomes.ok: {
      const detail: Plain | undefined = parsePlain(reader.text(detailBytesMax));
      return detail === undefined ? null : { kind: "ok", detail };
    }
    case outcomes.refused: {
      const reason = refusals[reader.byte()];
      const detail = reader.text(detailLengthMax);
      return reason === undefined ? null : { kind: "refused", reason, detail };
    }
    case outcomes.elsewhere:
      return { kind: "elsewhere" };
    default:
      return null;
  }
}
