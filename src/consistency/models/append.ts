/** Strings by key: `get` answers all, `put` takes a new one, `append` takes what is added. */
import type { Operation } from "../operation.js";
import { textOf, type Value } from "../value.js";
import {
  type Compiled,
  changes,
  ignored,
  looks,
  type Model,
  refused,
  signatureOf,
} from "./port.js";

function get(operation: Operation): Compiled<string> {
  if (operation.status !== "ok") return ignored;
  const { output } = operation;
  return looks(signatureOf(operation, textOf(output)), (state) => state === output);
}

function write(operation: Operation): Compiled<string> {
  const { input, kind, status } = operation;
  if (typeof input !== "string") return refused(`the input of ${kind} to be a string`);
  if (status === "fail") return ignored;
  const keeps = kind === "append";
  return changes(signatureOf(operation, input), (state) => (keeps ? state : "") + input);
}

export const stringAppend: Model<string> = {
  name: "string-kv-append",
  kinds: ["get", "put", "append"],
  summary: "get -> string; put string; append string",
  partsOf: ({ key }) => [key ?? ""],
  initial(init: Value | undefined) {
    if (init === undefined || init === null) return { ok: true, state: "" };
    return typeof init === "string"
      ? { ok: true, state: init }
      : { ok: false, expected: "a string" };
  },
  compile: (operation) => (operation.kind === "get" ? get(operation) : write(operation)),
  describe: textOf,
};
