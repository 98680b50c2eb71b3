/**
 * A counter by its key: `add` takes a number and answers the sum, or null where it does not tell;
 * `total` answers the sum. What is added twice shows, so it is the model for commands that must be
 * done exactly once.
 */
import type { Operation } from "../operation.js";
import { textOf } from "../value.js";
import {
  type Compiled,
  changes,
  ignored,
  looks,
  type Model,
  refused,
  signatureOf,
} from "./port.js";

function add(operation: Operation): Compiled<number> {
  const { input, output, status } = operation;
  if (typeof input !== "number") return refused("the input of add to be a number");
  if (status === "fail") return ignored;
  const told = status === "ok" ? output : null;
  return changes(signatureOf(operation, textOf(input), textOf(told)), (sum) =>
    told === null || told === sum + input ? sum + input : undefined,
  );
}

function read(operation: Operation): Compiled<number> {
  const { output, status } = operation;
  if (status !== "ok") return ignored;
  return looks(signatureOf(operation, textOf(output)), (sum) => sum === output);
}

export const counter: Model<number> = {
  name: "counter",
  kinds: ["add", "total"],
  summary: "add number -> sum; total -> sum",
  partsOf: ({ key }) => [key ?? ""],
  initial(init) {
    if (init === undefined || init === null) return { ok: true, state: 0 };
    return typeof init === "number"
      ? { ok: true, state: init }
      : { ok: false, expected: "a number" };
  },
  compile: (operation) => (operation.kind === "add" ? add(operation) : read(operation)),
  describe: textOf,
};
