/**
 * A queue, first in, first out, by its key: `enqueue` takes a value; `dequeue` answers the oldest,
 * or null where the queue was empty. So null cannot be a value.
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

/** The oldest first. */
type Items = readonly Value[];

function enqueue(operation: Operation): Compiled<Items> {
  const { input, status } = operation;
  if (input === null) return refused("the input of enqueue to be a value that is not null");
  if (status === "fail") return ignored;
  return changes(signatureOf(operation, textOf(input)), (items) => [...items, input]);
}

function dequeue(operation: Operation, failure: FailureMeaning): Compiled<Items> {
  const { output, status } = operation;
  if (status === "unknown") return changes(signatureOf(operation, "?"), (items) => items.slice(1));
  const empty = looks<Items>(signatureOf(operation, "empty"), ({ length }) => length === 0);
  if (status === "fail") return failure === "observed" ? empty : ignored;
  if (output === null) return empty;
  return changes(signatureOf(operation, textOf(output)), ([oldest, ...others]) =>
    oldest !== undefined && same(oldest, output) ? others : undefined,
  );
}

export const queue: Model<Items> = {
  name: "queue",
  kinds: ["enqueue", "dequeue"],
  summary: "enqueue value; dequeue -> the oldest value, or null",
  partsOf: ({ key }) => [key ?? ""],
  initial(init) {
    if (init === undefined || init === null) return { ok: true, state: [] };
    if (isList(init) && !init.includes(null)) return { ok: true, state: init };
    return { ok: false, expected: "a list of values, the oldest first" };
  },
  compile: (operation, failure) =>
    operation.kind === "enqueue" ? enqueue(operation) : dequeue(operation, failure),
  describe: textOf,
};
