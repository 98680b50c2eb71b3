/**
 * The arguments of a program's calls, checked before they leave it. A replica would refuse them all
 * the same, but cannot say which of them is wrong; and what is no plain data fits into no frame.
 *
 * Each function gives what it was given, or throws a `UsageError` that says what was expected.
 */
import { UsageError } from "../../kernel/assert.js";
import { type NodeId, parseNodeId } from "../../kernel/ids.js";
import type { Duration } from "../../kernel/time.js";
import {
  asCount,
  asDuration,
  asName,
  asPlain,
  asPrefix,
  asValue,
  countMax,
} from "../../replication/service/fields.js";
import {
  lockDelayMax,
  pageKeysMax,
  sessionLeaseMax,
  sessionLeaseMin,
} from "../../replication/service/limits.js";
import {
  nameLengthMax,
  type Plain,
  valueBytesMax,
  type WatchTarget,
} from "../../replication/service/ports.js";
import { asInteger } from "../../wire/shape.js";

const letters = `${nameLengthMax} of the characters A-Z a-z 0-9 . _ / -`;

export const nameIn = (what: string, value: unknown): string =>
  asName(value) ?? wrong(what, `1 to ${letters}`, value);

export const prefixIn = (what: string, value: unknown): string =>
  asPrefix(value) ?? wrong(what, `text of at most ${letters}`, value);

export function valueIn(value: unknown): Uint8Array {
  const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
  const expected = `text or a Uint8Array of at most ${valueBytesMax} bytes`;
  return asValue(bytes) ?? wrong("value", expected, bytes);
}

export const versionIn = (value: unknown): number =>
  asCount(value) ?? wrong("version", "a whole number from 0", value);

/** Undefined where there is no condition. */
export const conditionIn = (version: unknown): { readonly version: number } | null =>
  version === undefined ? null : { version: versionIn(version) };

export const plainIn = (what: string, value: unknown): Plain => {
  const plain = asPlain(value, valueBytesMax);
  const expected = `plain data of at most ${valueBytesMax} bytes as JSON`;
  return plain === undefined ? wrong(what, expected, value) : plain;
};

export const limitIn = (value: unknown): number =>
  asInteger(value, 1, pageKeysMax) ?? wrong("limit", `1 to ${pageKeysMax}`, value);

export const indexIn = (value: unknown): number =>
  asCount(value) ?? wrong("after", "the `at` of a read, a whole number", value);

export const leaseIn = (value: unknown): Duration =>
  durationIn("lease", value, sessionLeaseMin, sessionLeaseMax);

export const lockDelayIn = (value: unknown): Duration =>
  durationIn("lockDelay", value, 0, lockDelayMax);

export const waitIn = (value: unknown): Duration => durationIn("wait", value, 0, countMax);

export const timeoutIn = (value: unknown): Duration => durationIn("timeout", value, 1, countMax);

export const nodeIn = (value: unknown): NodeId =>
  parseNodeId(value) ?? wrong("target", "the name of a member, or null", value);

export function targetIn(target: WatchTarget): WatchTarget {
  switch (target.kind) {
    case "prefix":
      return { kind: "prefix", prefix: prefixIn("prefix", target.prefix) };
    case "lock":
      return { kind: "lock", lock: nameIn("lock", target.lock) };
    case "session":
      return { kind: "session", session: versionIn(target.session) };
    default:
      return wrong("target", 'a "prefix", "lock" or "session"', target);
  }
}

function durationIn(what: string, value: unknown, min: number, max: number): Duration {
  const most = max === countMax ? "" : ` to ${max / 1_000} ms`;
  const expected = `a duration (millis, seconds) from ${min / 1_000} ms${most}`;
  return asDuration(value, min, max) ?? wrong(what, expected, value);
}

function wrong(what: string, expected: string, got: unknown): never {
  throw new UsageError(`${what}: expected ${expected}, got ${shown(got)}`);
}

const shownLengthMax = 60;

function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value).slice(0, shownLengthMax);
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (typeof value === "object" && value !== null) return "an object";
  return typeof value === "function" ? "a function" : String(value);
}
