/**
 * Requests of clients as bodies for CBOR over a stream. A client is authenticated by the socket
 * that it came to, and may send anything: what does not fit is refused whole.
 *
 *     ["command", id, session, sequence, command]     ["query", id, freshness, query]
 *     ["keep-alive", id, session]                     ["watch", id, target, after or null]
 *     ["unwatch", id, watch]                          ["members", id]
 *     ["change-members", id, change]                  ["transfer", id, target or null]
 *
 *     query   ["get", key]  ["list", prefix, after or null, limit]  ["lock", lock]  ["locks"]
 *             ["session", session]  ["app"]
 *     target  ["prefix", prefix]  ["lock", lock]  ["session", session]
 */
import { unreachable } from "../../kernel/assert.js";
import { nodeIdLengthMax } from "../../kernel/ids.js";
import { asInteger, asList, asText } from "../../wire/shape.js";
import { commandBody, parseCommandBody } from "./command-bodies.js";
import { asCount, asFields, asName, asNameOrNull, asPlain, asPrefix } from "./fields.js";
import { pageKeysMax } from "./limits.js";
import { type ClientRequest, type Query, valueBytesMax, type WatchTarget } from "./ports.js";

export function encodeRequest(request: ClientRequest): unknown {
  const { kind, id } = request;
  switch (kind) {
    case "command":
      return [kind, id, request.session, request.sequence, commandBody(request.command)];
    case "query":
      return [kind, id, request.freshness, queryBody(request.query)];
    case "keep-alive":
      return [kind, id, request.session];
    case "watch":
      return [kind, id, targetBody(request.target), request.after];
    case "unwatch":
      return [kind, id, request.watch];
    case "members":
      return [kind, id];
    case "change-members":
      return [kind, id, request.change];
    case "transfer":
      return [kind, id, request.target];
    default:
      return unreachable(request);
  }
}

/** The id of a request, also of one that makes no sense, so that it can be answered; else 0. */
export const requestIdOf = (body: unknown): number => asCount(asList(body, 5)?.[1]) ?? 0;

export function parseRequest(body: unknown): ClientRequest | null {
  const fields = asList(body, 5);
  const id = asCount(fields?.[1]);
  if (fields === null || id === null) return null;
  switch (fields[0]) {
    case "command":
      return parseCommandRequest(id, asFields(body, 5));
    case "query":
      return parseQueryRequest(id, asFields(body, 4));
    case "keep-alive": {
      const session = asCount(asFields(body, 3)?.[2], 1);
      return session === null ? null : { kind: "keep-alive", id, session };
    }
    case "watch":
      return parseWatch(id, asFields(body, 4));
    case "unwatch": {
      const watch = asCount(asFields(body, 3)?.[2]);
      return watch === null ? null : { kind: "unwatch", id, watch };
    }
    case "members":
      return fields.length === 2 ? { kind: "members", id } : null;
    case "change-members": {
      const change = asPlain(asFields(body, 3)?.[2], valueBytesMax);
      return change === undefined ? null : { kind: "change-members", id, change };
    }
    case "transfer":
      return parseTransfer(id, asFields(body, 3));
    default:
      return null;
  }
}

function parseCommandRequest(id: number, fields: readonly unknown[] | null): ClientRequest | null {
  const session = asCount(fields?.[2]);
  const sequence = asCount(fields?.[3]);
  const command = parseCommandBody(fields?.[4]);
  if (session === null || sequence === null || command === null) return null;
  // Numbered is what has a session, and nothing else.
  if ((session === 0) !== (sequence === 0)) return null;
  return { kind: "command", id, session, sequence, command };
}

function parseQueryRequest(id: number, fields: readonly unknown[] | null): ClientRequest | null {
  const freshness = fields?.[2];
  if (freshness !== "linearizable" && freshness !== "stale") return null;
  const query = parseQuery(fields?.[3]);
  return query === null ? null : { kind: "query", id, freshness, query };
}

function parseWatch(id: number, fields: readonly unknown[] | null): ClientRequest | null {
  if (fields === null) return null;
  const target = parseTarget(fields[2]);
  const after = fields[3] === null ? null : (asCount(fields[3]) ?? undefined);
  if (target === null || after === undefined) return null;
  return { kind: "watch", id, target, after };
}

function parseTransfer(id: number, fields: readonly unknown[] | null): ClientRequest | null {
  if (fields === null) return null;
  if (fields[2] === null) return { kind: "transfer", id, target: null };
  const target = asText(fields[2], nodeIdLengthMax);
  return target === null ? null : { kind: "transfer", id, target };
}

function queryBody(query: Query): unknown {
  switch (query.kind) {
    case "get":
      return [query.kind, query.key];
    case "list":
      return [query.kind, query.prefix, query.after, query.limit];
    case "lock":
      return [query.kind, query.lock];
    case "session":
      return [query.kind, query.session];
    case "locks":
    case "app":
      return [query.kind];
    default:
      return unreachable(query);
  }
}

function parseQuery(body: unknown): Query | null {
  const kind = asList(body, 4)?.[0];
  switch (kind) {
    case "get": {
      const key = asName(asFields(body, 2)?.[1]);
      return key === null ? null : { kind, key };
    }
    case "list":
      return parseList(asFields(body, 4));
    case "lock": {
      const lock = asName(asFields(body, 2)?.[1]);
      return lock === null ? null : { kind, lock };
    }
    case "session": {
      const session = asCount(asFields(body, 2)?.[1], 1);
      return session === null ? null : { kind, session };
    }
    case "locks":
    case "app":
      return asFields(body, 1) === null ? null : { kind };
    default:
      return null;
  }
}

function parseList(fields: readonly unknown[] | null): Query | null {
  const prefix = asPrefix(fields?.[1]);
  const after = asNameOrNull(fields?.[2]);
  const limit = asInteger(fields?.[3], 1, pageKeysMax);
  if (prefix === null || after === undefined || limit === null) return null;
  return { kind: "list", prefix, after, limit };
}

function targetBody(target: WatchTarget): unknown {
  switch (target.kind) {
    case "prefix":
      return [target.kind, target.prefix];
    case "lock":
      return [target.kind, target.lock];
    case "session":
      return [target.kind, target.session];
    default:
      return unreachable(target);
  }
}

function parseTarget(body: unknown): WatchTarget | null {
  const fields = asFields(body, 2);
  if (fields === null) return null;
  switch (fields[0]) {
    case "prefix": {
      const prefix = asPrefix(fields[1]);
      return prefix === null ? null : { kind: "prefix", prefix };
    }
    case "lock": {
      const lock = asName(fields[1]);
      return lock === null ? null : { kind: "lock", lock };
    }
    case "session": {
      const session = asCount(fields[1], 1);
      return session === null ? null : { kind: "session", session };
    }
    default:
      return null;
  }
}
