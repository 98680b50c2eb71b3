/**
 * Commands as a client sends them.
 *
 *     ["put", key, value, version or null, ephemeral]      ["delete", key, version or null]
 *     ["acquire", lock, wait, lock delay (us)]             ["release", lock, token]
 *     ["open-session", name, lease (us)]                   ["close-session"]
 *     ["app", name, argument]
 */
import { unreachable } from "../../kernel/assert.js";
import { asList } from "../../wire/shape.js";
import { asCount, asDuration, asFields, asFlag, asName, asPlain, asValue } from "./fields.js";
import { lockDelayMax, sessionLeaseMax, sessionLeaseMin } from "./limits.js";
import { type Command, type Condition, valueBytesMax } from "./ports.js";

export function commandBody(command: Command): unknown {
  switch (command.kind) {
    case "put": {
      const { kind, key, value, condition, ephemeral } = command;
      return [kind, key, value, condition?.version ?? null, ephemeral];
    }
    case "delete":
      return [command.kind, command.key, command.condition?.version ?? null];
    case "acquire":
      return [command.kind, command.lock, command.wait, command.lockDelay];
    case "release":
      return [command.kind, command.lock, command.token];
    case "open-session":
      return [command.kind, command.name, command.lease];
    case "close-session":
      return [command.kind];
    case "app":
      return [command.kind, command.name, command.argument];
    default:
      return unreachable(command);
  }
}

export function parseCommandBody(body: unknown): Command | null {
  const kind = asList(body, 5)?.[0];
  switch (kind) {
    case "put":
      return parsePut(asFields(body, 5));
    case "delete":
      return parseDelete(asFields(body, 3));
    case "acquire":
      return parseAcquire(asFields(body, 4));
    case "release":
      return parseRelease(asFields(body, 3));
    case "open-session":
      return parseOpen(asFields(body, 3));
    case "close-session":
      return asFields(body, 1) === null ? null : { kind };
    case "app":
      return parseApp(asFields(body, 3));
    default:
      return null;
  }
}

function parsePut(fields: readonly unknown[] | null): Command | null {
  if (fields === null) return null;
  const key = asName(fields[1]);
  const value = asValue(fields[2]);
  const condition = asCondition(fields[3]);
  const ephemeral = asFlag(fields[4]);
  if (key === null || value === null || condition === undefined || ephemeral === null) return null;
  return { kind: "put", key, value, condition, ephemeral };
}

function parseDelete(fields: readonly unknown[] | null): Command | null {
  const key = asName(fields?.[1]);
  const condition = asCondition(fields?.[2]);
  return key === null || condition === undefined ? null : { kind: "delete", key, condition };
}

function parseAcquire(fields: readonly unknown[] | null): Command | null {
  const lock = asName(fields?.[1]);
  const wait = asFlag(fields?.[2]);
  const lockDelay = asDuration(fields?.[3], 0, lockDelayMax);
  if (lock === null || wait === null || lockDelay === null) return null;
  return { kind: "acquire", lock, wait, lockDelay };
}

function parseRelease(fields: readonly unknown[] | null): Command | null {
  const lock = asName(fields?.[1]);
  const token = asCount(fields?.[2]);
  return lock === null || token === null ? null : { kind: "release", lock, token };
}

function parseOpen(fields: readonly unknown[] | null): Command | null {
  const name = asName(fields?.[1]);
  const lease = asDuration(fields?.[2], sessionLeaseMin, sessionLeaseMax);
  return name === null || lease === null ? null : { kind: "open-session", name, lease };
}

function parseApp(fields: readonly unknown[] | null): Command | null {
  const name = asName(fields?.[1]);
  const argument = asPlain(fields?.[2], valueBytesMax);
  return name === null || argument === undefined ? null : { kind: "app", name, argument };
}

/** Undefined where it is none. */
function asCondition(value: unknown): Condition | null | undefined {
  if (value === null) return null;
  const version = asCount(value);
  return version === null ? undefined : { version };
}
