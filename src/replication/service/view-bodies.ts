/**
 * A key with its value, and a lock, as answers and events carry them.
 *
 *     key   [key, value, version, changedAt]
 *     lock  [lock, [session, name] or null, token, waiting, delayed]
 */
import { asInteger } from "../../wire/shape.js";
import { asCount, asFields, asFlag, asName, asValue } from "./fields.js";
import { waitersMax } from "./limits.js";
import type { KeyValue, LockView } from "./ports.js";

export const keyBody = (found: KeyValue): unknown => [
  found.key,
  found.value,
  found.version,
  found.changedAt,
];

export function parseKey(body: unknown): KeyValue | null {
  const fields = asFields(body, 4);
  const key = asName(fields?.[0]);
  const value = asValue(fields?.[1]);
  const version = asCount(fields?.[2], 1);
  const changedAt = asCount(fields?.[3], 1);
  if (key === null || value === null || version === null || changedAt === null) return null;
  return { key, value, version, changedAt };
}

export const lockBody = (view: LockView): unknown => [
  view.lock,
  view.holder === null ? null : [view.holder.session, view.holder.name],
  view.token,
  view.waiting,
  view.delayed,
];

export function parseLock(body: unknown): LockView | null {
  const fields = asFields(body, 5);
  if (fields === null) return null;
  const lock = asName(fields[0]);
  const holder = fields[1] === null ? null : (parseHolder(fields[1]) ?? undefined);
  const token = asCount(fields[2]);
  const waiting = asInteger(fields[3], 0, waitersMax);
  const delayed = asFlag(fields[4]);
  if (lock === null || holder === undefined || token === null) return null;
  if (waiting === null || delayed === null) return null;
  return { lock, holder, token, waiting, delayed };
}

function parseHolder(body: unknown): LockView["holder"] {
  const fields = asFields(body, 2);
  const session = asCount(fields?.[0], 1);
  const name = asName(fields?.[1]);
  return session === null || name === null ? null : { session, name };
}
