/**
 * Answers to queries.
 *
 *     ["key", key or null]   ["keys", [key ...], more]   ["lock", lock]   ["locks", [lock ...]]
 *     ["session", open]      ["app", state]
 */
import { unreachable } from "../../kernel/assert.js";
import { asList } from "../../wire/shape.js";
import { asEach, asFields, asFlag, asPlain } from "./fields.js";
import { appStateBytesMax, locksMax, pageKeysMax } from "./limits.js";
import type { QueryResult } from "./ports.js";
import { keyBody, lockBody, parseKey, parseLock } from "./view-bodies.js";

export function answerBody(result: QueryResult): unknown {
  switch (result.kind) {
    case "key":
      return [result.kind, result.found === null ? null : keyBody(result.found)];
    case "keys":
      return [result.kind, result.keys.map(keyBody), result.more];
    case "lock":
      return [result.kind, lockBody(result.lock)];
    case "locks":
      return [result.kind, result.locks.map(lockBody)];
    case "session":
      return [result.kind, result.open];
    case "app":
      return [result.kind, result.state];
    default:
      return unreachable(result);
  }
}

export function parseAnswer(body: unknown): QueryResult | null {
  const kind = asList(body, 3)?.[0];
  switch (kind) {
    case "key":
      return parseKeyAnswer(asFields(body, 2));
    case "keys": {
      const keys = asEach(asFields(body, 3)?.[1], pageKeysMax, parseKey);
      const more = asFlag(asFields(body, 3)?.[2]);
      return keys === null || more === null ? null : { kind, keys, more };
    }
    case "lock": {
      const lock = parseLock(asFields(body, 2)?.[1]);
      return lock === null ? null : { kind, lock };
    }
    case "locks": {
      const locks = asEach(asFields(body, 2)?.[1], locksMax, parseLock);
      return locks === null ? null : { kind, locks };
    }
    case "session": {
      const open = asFlag(asFields(body, 2)?.[1]);
      return open === null ? null : { kind, open };
    }
    case "app": {
      const state = asPlain(asFields(body, 2)?.[1], appStateBytesMax);
      return state === undefined ? null : { kind, state };
    }
    default:
      return null;
  }
}

function parseKeyAnswer(fields: readonly unknown[] | null): QueryResult | null {
  if (fields === null) return null;
  if (fields[1] === null) return { kind: "key", found: null };
  const found = parseKey(fields[1]);
  return found === null ? null : { kind: "key", found };
}
