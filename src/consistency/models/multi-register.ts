/**
 * Registers that transactions touch several of at once: `txn` takes a list of `["read", key, null]`
 * and `["write", key, value]`, done in order as one, and answers the same list with what was read.
 */
import type { Operation } from "../operation.js";
import { type Fields, fieldOf, isFields, isList, same, textOf, type Value } from "../value.js";
import {
  type Compiled,
  changes,
  ignored,
  looks,
  type Model,
  refused,
  signatureOf,
} from "./port.js";

interface Access {
  readonly kind: "read" | "write";
  readonly key: string;
  readonly value: Value;
}

function accessesOf(list: Value): readonly Access[] | null {
  if (!isList(list)) return null;
  const accesses = list.map(accessOf);
  return accesses.every((access) => access !== null) ? accesses : null;
}

function accessOf(item: Value): Access | null {
  if (!isList(item)) return null;
  const [kind, key, value = null] = item;
  if (kind !== "read" && kind !== "write") return null;
  return typeof key === "string" || typeof key === "number" ? { kind, key: `${key}`, value } : null;
}

/** Undefined where a read did not read what the state has. */
function done(accesses: readonly Access[], state: Fields): Fields | undefined {
  let now = state;
  for (const { kind, key, value } of accesses) {
    if (kind === "write") now = { ...now, [key]: value };
    else if (!same(fieldOf(now, key), value)) return undefined;
  }
  return now;
}

function transaction(operation: Operation): Compiled<Fields> {
  const { input, output, status } = operation;
  if (status === "fail") return ignored;
  // What an unknown one read nobody knows, and nothing of it constrains.
  const told = accessesOf(status === "ok" ? output : input);
  if (told === null) return refused('a list of ["read", key, value] and ["write", key, value]');
  const accesses = told.filter(({ kind }) => status === "ok" || kind === "write");
  const signature = signatureOf(
    operation,
    ...accesses.map(({ kind, key, value }) => textOf([kind, key, value])),
  );
  const writes = accesses.some(({ kind }) => kind === "write");
  if (!writes) return looks(signature, (state) => done(accesses, state) !== undefined);
  return changes(signature, (state) => done(accesses, state));
}

export const multiRegister: Model<Fields> = {
  name: "multi-register",
  kinds: ["txn"],
  summary: 'txn [["read", key, null], ["write", key, value], ..] -> the same with what was read',
  partsOf: ({ input }) => accessesOf(input)?.map(({ key }) => key) ?? [""],
  initial(init) {
    if (init === undefined || init === null) return { ok: true, state: {} };
    if (isFields(init)) return { ok: true, state: init };
    return { ok: false, expected: "an object of values by key" };
  },
  compile: transaction,
  describe: textOf,
};
