/**
 * Replies to clients as bodies for CBOR over a stream. A client parses them as strictly as a
 * replica parses requests: what sits behind a socket may be another version, or another program.
 *
 *     ["result", id, at, result]                 ["answer", id, at, age (us) or null, answer]
 *     ["ok", id, detail]                         ["event", watch, event]
 *     ["refused", id, reason, leader or null, detail]
 */
import { unreachable } from "../../kernel/assert.js";
import { type Duration, micros } from "../../kernel/time.js";
import { asInteger, asList, asText } from "../../wire/shape.js";
import { answerBody, parseAnswer } from "./answer-bodies.js";
import { eventBody, parseEvent } from "./event-bodies.js";
import { asCount, asFields, asPlain, countMax } from "./fields.js";
import { appStateBytesMax, refusalDetailLengthMax } from "./limits.js";
import type { ClientReply, RequestRefusal } from "./ports.js";
import { parseResult, resultBody } from "./result-bodies.js";

export function encodeReply(reply: ClientReply): unknown {
  const { kind } = reply;
  switch (kind) {
    case "result":
      return [kind, reply.id, reply.at, resultBody(reply.result)];
    case "answer":
      return [kind, reply.id, reply.at, reply.age, answerBody(reply.result)];
    case "ok":
      return [kind, reply.id, reply.detail];
    case "event":
      return [kind, reply.watch, eventBody(reply.event)];
    case "refused":
      return [kind, reply.id, reply.reason, reply.leader, reply.detail];
    default:
      return unreachable(reply);
  }
}

export function parseReply(body: unknown): ClientReply | null {
  const fields = asList(body, 5);
  const id = asCount(fields?.[1]);
  if (fields === null || id === null) return null;
  switch (fields[0]) {
    case "result":
      return parseResultReply(id, asFields(body, 4));
    case "answer":
      return parseAnswerReply(id, asFields(body, 5));
    case "ok": {
      const detail = asPlain(asFields(body, 3)?.[2], appStateBytesMax);
      return detail === undefined ? null : { kind: "ok", id, detail };
    }
    case "event": {
      const event = parseEvent(asFields(body, 3)?.[2]);
      return event === null ? null : { kind: "event", watch: id, event };
    }
    case "refused":
      return parseRefused(id, asFields(body, 5));
    default:
      return null;
  }
}

function parseResultReply(id: number, fields: readonly unknown[] | null): ClientReply | null {
  const at = asCount(fields?.[2]);
  const result = parseResult(fields?.[3]);
  return at === null || result === null ? null : { kind: "result", id, at, result };
}

function parseAnswerReply(id: number, fields: readonly unknown[] | null): ClientReply | null {
  const at = asCount(fields?.[2]);
  const age = asAge(fields?.[3]);
  const result = parseAnswer(fields?.[4]);
  if (at === null || age === undefined || result === null) return null;
  return { kind: "answer", id, at, age, result };
}

/** Undefined where it is none. */
function asAge(value: unknown): Duration | null | undefined {
  if (value === null) return null;
  const age = asInteger(value, 0, countMax);
  return age === null ? undefined : micros(age);
}

function parseRefused(id: number, fields: readonly unknown[] | null): ClientReply | null {
  if (fields === null) return null;
  const reason = asRefusal(fields[2]);
  const leader =
    fields[3] === null ? null : (asText(fields[3], refusalDetailLengthMax) ?? undefined);
  const detail = asText(fields[4], refusalDetailLengthMax);
  if (reason === null || leader === undefined || detail === null) return null;
  return { kind: "refused", id, reason, leader, detail };
}

const refusals: { readonly [Reason in RequestRefusal]: true } = {
  "no-leader": true,
  "unknown-outcome": true,
  overloaded: true,
  "no-session": true,
  "disk-not-writable": true,
  "no-copy": true,
  "no-quorum": true,
  malformed: true,
  compacted: true,
  "change-refused": true,
};

const asRefusal = (value: unknown): RequestRefusal | null =>
  typeof value === "string" && Object.hasOwn(refusals, value) ? (value as RequestRefusal) : null;
