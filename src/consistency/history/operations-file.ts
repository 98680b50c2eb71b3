/**
 * Reads the format of the published collections: one JSON object with `model`, `init`,
 * `failSemantics` and `ops`, a list of `{p, f, key?, in, out, call, ret, status}`, whose times only
 * have to be comparable.
 *
 * A read of a register that answers null where the register is never null has, in the collection of
 * Knossos, an answer that nobody wrote down. So it says nothing, and a note tells how many did.
 */
import type { Operation } from "../operation.js";
import { type Fields, isFields, isList, type Value } from "../value.js";
import { itemLinesOf, lineOf } from "./json-line.js";
import { ordered, type Span } from "./places.js";
import {
  deepExpected,
  failureOf,
  type HistoryRead,
  isDeep,
  processLengthMax,
  processOf,
  type ReadProblem,
  statusOf,
} from "./read.js";
import { operationsMax } from "./recorder.js";

interface Slip {
  readonly path: readonly (string | number)[];
  readonly expected: string;
}

/** @param value the parsed `text` */
export function readOperations(text: string, value: Value): HistoryRead {
  const { ops, model, init, failSemantics = "removed" } = isFields(value) ? value : {};
  if (!isList(ops)) return problem(text, { path: ["ops"], expected: "a list of operations" });
  if (typeof model !== "string") return problem(text, { path: ["model"], expected: "a name" });
  if (ops.length > operationsMax) {
    return problem(text, { path: ["ops"], expected: `at most ${operationsMax} operations` });
  }
  if (isDeep(init)) return problem(text, { path: ["init"], expected: deepExpected });
  const failure = failureOf(failSemantics);
  if (failure === null) {
    const expected = "removed, observed (or cas-mismatch) or n/a";
    return problem(text, { path: ["failSemantics"], expected });
  }
  const spans: Span[] = [];
  for (const [place, each] of ops.entries()) {
    const read = readOne(each);
    if ("expected" in read) return problem(text, { ...read, path: ["ops", place, ...read.path] });
    spans.push(read);
  }
  const told = neverNull(spans, init) ? spans.map(withoutNull) : spans;
  const ordering = ordered(told);
  if (!ordering.ok) {
    const { index, expected } = ordering;
    return problem(text, { path: ["ops", index, "call"], expected });
  }
  const operations = [...ordering.operations].sort((one, other) => one.call - other.call);
  return {
    ...{ ok: true, model, notes: notesOf(spans, told), microseconds: false },
    history: { operations, failure, init },
    lineOf: linesIn(text, ordering.operations),
  };
}

/** The lines are looked up when the first is asked for: most histories are well. */
function linesIn(text: string, operations: readonly Operation[]): (one: Operation) => number {
  let lines: ReadonlyMap<number, number> | null = null;
  return ({ call }) => {
    if (lines === null) {
      const found = itemLinesOf(text, ["ops"]);
      lines = new Map(operations.map((each, index) => [each.call, found[index] ?? 1]));
    }
    return lines.get(call) ?? 1;
  };
}

function neverNull(spans: readonly Span[], init: Value | undefined): boolean {
  if (init === undefined || init === null || isFields(init)) return false;
  return !spans.some(({ kind, input }) => kind === "write" && input === null);
}

function withoutNull(span: Span): Span {
  const untold = span.kind === "read" && span.status === "ok" && span.output === null;
  return untold ? { ...span, status: "unknown" } : span;
}

function notesOf(spans: readonly Span[], told: readonly Span[]): readonly string[] {
  const count = told.filter((span, index) => span !== spans[index]).length;
  if (count === 0) return [];
  return [
    `${count} reads that answer null, which the register never is, were taken as not recorded`,
  ];
}

function problem(text: string, { path, expected }: Slip): ReadProblem {
  const words = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`)).join("");
  return { ok: false, line: lineOf(text, path), path: words.slice(1), expected };
}

function readOne(value: Value): Span | Slip {
  if (!isFields(value)) return { path: [], expected: "an operation: {p, f, in, out, call, ret}" };
  const named = readNames(value);
  if ("expected" in named) return named;
  const { call, ret = null } = value;
  if (typeof call !== "number") return { path: ["call"], expected: "a number" };
  const unknown = named.status === "unknown";
  if (ret !== null && typeof ret !== "number") return { path: ["ret"], expected: "a number" };
  if (ret === null && !unknown) {
    return { path: ["ret"], expected: "a number, for the status says that it returned" };
  }
  if (ret !== null && ret <= call) return { path: ["ret"], expected: "a number greater than call" };
  return { ...named, calledAt: call, returnedAt: ret };
}

type Named = Pick<Operation, "process" | "kind" | "key" | "input" | "output" | "status">;

function readNames({ p, f, key = null, status, ...rest }: Fields): Named | Slip {
  const process = processOf(p);
  if (process === null) {
    return {
      path: ["p"],
      expected: `a number or a name of at most ${processLengthMax} characters`,
    };
  }
  if (typeof f !== "string") return { path: ["f"], expected: "the name of what was asked" };
  if (key !== null && typeof key !== "string" && typeof key !== "number") {
    return { path: ["key"], expected: "a name, a number or null" };
  }
  const known = statusOf(status);
  if (known === null) return { path: ["status"], expected: "ok, fail or unknown" };
  const { in: input = null, out: output = null } = rest;
  if (isDeep(input) || isDeep(output)) return { path: [], expected: deepExpected };
  return { process, kind: f, key: key === null ? null : `${key}`, input, output, status: known };
}
