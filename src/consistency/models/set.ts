/**
 * A set: `add` and `remove` take an element and may answer whether they changed the set, `contains`
 * takes one and answers true or false, `read` answers the list of all.
 *
 * Elements do not touch one another, so each is a part of its own, unless a `read` sees them all.
 */
import type { Operation } from "../operation.js";
import { isList, textOf, type Value } from "../value.js";
import {
  type Compiled,
  changes,
  ignored,
  looks,
  type Model,
  refused,
  signatureOf,
} from "./port.js";

/** The texts of the elements, sorted. */
type Elements = readonly string[];

const withElement = (elements: Elements, element: string): Elements =>
  elements.includes(element) ? elements : [...elements, element].sort();

const withoutElement = (elements: Elements, element: string): Elements =>
  elements.includes(element) ? elements.filter((each) => each !== element) : elements;

function change(operation: Operation, to: typeof withElement): Compiled<Elements> {
  const { input, output, status, kind } = operation;
  if (status === "fail") return ignored;
  if (output !== null && typeof output !== "boolean") {
    return refused(`the output of ${kind} to be null, or whether it changed the set`);
  }
  const told = status === "ok" ? output : null;
  const element = textOf(input);
  return changes(signatureOf(operation, element, textOf(told)), (elements) => {
    const next = to(elements, element);
    return told === null || told === (next !== elements) ? next : undefined;
  });
}

function contains(operation: Operation): Compiled<Elements> {
  const { input, output, status } = operation;
  if (status !== "ok") return ignored;
  if (typeof output !== "boolean") return refused("the output of contains to be true or false");
  const element = textOf(input);
  const signature = signatureOf(operation, element, textOf(output));
  return looks(signature, (elements) => elements.includes(element) === output);
}

function read(operation: Operation): Compiled<Elements> {
  const { output, status } = operation;
  if (status !== "ok") return ignored;
  if (!isList(output)) return refused("the output of read to be a list");
  const told = textOf(sorted(output));
  return looks(signatureOf(operation, told), (elements) => textOf(elements) === told);
}

const elementKey = (key: string | null, element: Value): string =>
  key === null ? textOf(element) : `${key} ${textOf(element)}`;

const sorted = (list: readonly Value[]): Elements => [...new Set(list.map(textOf))].sort();

export const set: Model<Elements> = {
  name: "set",
  kinds: ["add", "remove", "contains", "read"],
  summary: "add element; remove element; contains element -> true or false; read -> list",
  partsOf: ({ kind, key, input }) => (kind === "read" ? "all" : [elementKey(key, input)]),
  initial(init) {
    if (init === undefined || init === null) return { ok: true, state: [] };
    return isList(init)
      ? { ok: true, state: sorted(init) }
      : { ok: false, expected: "a list of elements" };
  },
  compile(operation) {
    switch (operation.kind) {
      case "add":
        return change(operation, withElement);
      case "remove":
        return change(operation, withoutElement);
      case "contains":
        return contains(operation);
      case "read":
        return read(operation);
      default:
        return refused("add, remove, contains or read");
    }
  },
  describe: (elements) => `{${elements.join(", ")}}`,
};
