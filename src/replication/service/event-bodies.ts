/**
 * Events of watches.
 *
 *     ["put", at, key]   ["deleted", at, name of the key]   ["lock", at, lock]
 *     ["session-ended", at, session]
 */
import { unreachable } from "../../kernel/assert.js";
import { asCount, asFields, asName } from "./fields.js";
import type { WatchEvent } from "./ports.js";
import { keyBody, lockBody, parseKey, parseLock } from "./view-bodies.js";

export function eventBody(event: WatchEvent): unknown {
  switch (event.kind) {
    case "put":
      return [event.kind, event.at, keyBody(event.found)];
    case "deleted":
      return [event.kind, event.at, event.key];
    case "lock":
      return [event.kind, event.at, lockBody(event.lock)];
    case "session-ended":
      return [event.kind, event.at, event.session];
    default:
      return unreachable(event);
  }
}

export function parseEvent(body: unknown): WatchEvent | null {
  const fields = asFields(body, 3);
  const at = asCount(fields?.[1], 1);
  if (fields === null || at === null) return null;
  switch (fields[0]) {
    case "put": {
      const found = parseKey(fields[2]);
      return found === null ? null : { kind: "put", at, found };
    }
    case "deleted": {
      const key = asName(fields[2]);
      return key === null ? null : { kind: "deleted", at, key };
    }
    case "lock": {
      const lock = parseLock(fields[2]);
      return lock === null ? null : { kind: "lock", at, lock };
    }
    case "session-ended": {
      const session = asCount(fields[2], 1);
      return session === null ? null : { kind: "session-ended", at, session };
    }
    default:
      return null;
  }
}
