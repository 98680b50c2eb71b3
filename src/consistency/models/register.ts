/**
 * Registers, each by its key: `read` answers the value, `write` takes one, and `cas` takes
 * `[from, to]` and fails where the value is not `from`.
 */
import type { FailureMeaning, Operation } from "../operation.js";
import { isList, same, textOf, type Value } from "../value.js";
import {
  type Compiled,
  changes,
  ignored,
  looks,
  type Model,
  refused,
  signatureOf,
} from "./port.js";

function read(operation: Operation): Compiled<Value> {
  if (operation.status !== "ok") return ignored;
  const { output } = operation;
  return looks(signatureOf(operation, textOf(output)), (state) => same(state, output));
}

function write(operation: Operation): Compiled<Value> {
  if (operation.status === "fail") return ignored;
  const { input } = operation;
  return changes(signatureOf(operation, textOf(input)), () => input);
}

function compareAndSet(operation: Operation, failure: FailureMeaning): Compiled<Value> {
  const { input, status } = operation;
  if (!isList(input) || input.length !== 2) return refused("the input of cas to be [from, to]");
  const [from = null, to = null] = input;
  const signature = signatureOf(operation, textOf(input));
  if (status !== "fail") return changes(signature, (state) => (same(state, from) ? to : undefined));
  return failure === "removed" ? ignored : looks(signature, (state) => !same(state, from));
}

const partsOf = ({ key }: Operation): readonly string[] => [key ?? ""];
const initial = (init: Value | undefined) => ({ ok: true, state: init ?? null }) as const;

export const register: Model<Value> = {
  name: "register",
  kinds: ["read", "write"],
  summary: "read -> value; write value",
  partsOf,
  initial,
  compile: (operation) => (operation.kind === "read" ? read(operation) : write(operation)),
  describe: textOf,
};

export const casRegister: Model<Value> = {
  name: "cas-register",
  kinds: ["read", "write", "cas"],
  summary: "read -> value; write value; cas [from, to]",
  partsOf,
  initial,
  compile(operation, failure) {
    if (operation.kind === "cas") return compareAndSet(operation, failure);
    return operation.kind === "read" ? read(operation) : write(operation);
  },
  describe: textOf,
};
