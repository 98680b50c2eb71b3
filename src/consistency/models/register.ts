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
  summary: "read -> value; write value",
  partsOf,
  initial,
  compile(operation) {
    if (operation.kind === "read") return read(operation);
    return operation.kind === "write" ? write(operation) : refused("read or write");
  },
  describe: textOf,
};

export const casRegister: Model<Value> = {
  name: "cas-register",
  summary: "read -> value; write value; cas [from, to]",
  partsOf,
  initial,
  compile(operation, failure) {
    switch (operation.kind) {
      case "read":
        return read(operation);
      case "write":
        return write(operation);
      case "cas":
        return compareAndSet(operation, failure);
      default:
        return refused("read, write or cas");
    }
  },
  describe: textOf,
};
