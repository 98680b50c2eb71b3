/**
 * Holdfast's own format: lines of JSON. The first names the format and the model; then a line for
 * each call and each return, in the order in which they happened:
 *
 *     {"schema":"holdfast.history-events/1","model":"key-value","failure":"observed"}
 *     {"invoke":1,"at":1200,"process":"c1","kind":"put","key":"mode","input":{"value":"auto"}}
 *     {"return":1,"at":1950,"status":"ok","output":{"version":1}}
 *
 * Fields that are null may be left out. `at` is in microseconds and only for people. An operation
 * that is not returned has an unknown outcome, as has one that returned with `unknown`.
 */
import { unreachable } from "../../kernel/assert.js";
import type { FailureMeaning } from "../operation.js";
import { type Fields, isCount, isFields, type Value } from "../value.js";
import {
  deepExpected,
  depthMax,
  failureOf,
  type HistoryRead,
  isDeep,
  processLengthMax,
  processOf,
  type ReadProblem,
  statusOf,
} from "./read.js";
import { type HistoryEvent, type HistoryRecorder, historyOf, operationsMax } from "./recorder.js";

/** The begin of `historySchema`, whatever the version. */
export const schemaName = "holdfast.history-events/";
export const historySchema = `${schemaName}1`;

type Header = Pick<HistoryRecorder, "model" | "init" | "failure">;

/** Without the end of the line. */
export function encodeHeader({ model, init, failure }: Header): string {
  return JSON.stringify({ schema: historySchema, model, init, failure });
}

/** Without the end of the line. */
export function encodeEvent(event: HistoryEvent): string {
  const { operation, at } = event;
  switch (event.kind) {
    case "invoke": {
      const { process, kind, key, input } = event.asked;
      return JSON.stringify({ invoke: operation, at, process, kind, ...told({ key, input }) });
    }
    case "return": {
      const { status, output } = event;
      return JSON.stringify({ return: operation, at, status, ...told({ output }) });
    }
    default:
      return unreachable(event);
  }
}

const told = (fields: Readonly<Record<string, Value | undefined>>): Readonly<object> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => (value ?? null) !== null));

/** The whole file. */
export const encodeHistory = (recorder: HistoryRecorder): string =>
  `${[encodeHeader(recorder), ...recorder.events.map(encodeEvent)].join("\n")}\n`;

export function readLines(text: string): HistoryRead {
  const lines = text.split("\n");
  // A recorder that was killed leaves a line without its end; what it would have said is unknown.
  const cut = fieldsIn(lines.at(-1) ?? "") === null ? (lines.pop() ?? "") : "";
  const notes = cut.trim() === "" ? [] : ["the last line was cut off, and does not count"];
  const header = readHeader(lines[0] ?? "");
  if ("expected" in header) return header;
  const reader = new EventReader();
  const numbers: number[] = [];
  for (const [place, line] of lines.entries()) {
    if (place === 0 || line.trim() === "") continue;
    const slip = reader.read(line);
    if (slip !== null) return { ok: false, line: place + 1, ...slip };
    numbers.push(place + 1);
  }
  return {
    ...{ ok: true, model: header.model, notes, microseconds: true },
    history: historyOf(reader.events, header.failure, header.init),
    lineOf: ({ call }) => numbers[call] ?? 1,
  };
}

interface ReadHeader {
  readonly model: string;
  readonly failure: FailureMeaning;
  readonly init: Value | undefined;
}

function readHeader(line: string): ReadHeader | ReadProblem {
  const slip = (path: string, expected: string): ReadProblem => ({
    ...{ ok: false, line: 1, path, expected },
  });
  const header = fieldsIn(line);
  if (header === null) return slip("", "a JSON object, the header");
  const { schema, model, init, failure = "observed" } = header;
  if (isDeep(init)) return slip("init", deepExpected);
  if (schema !== historySchema) return slip("schema", historySchema);
  if (typeof model !== "string") return slip("model", "the name of a model");
  const meaning = failureOf(failure);
  if (meaning === null) return slip("failure", "observed or removed");
  return { model, init, failure: meaning };
}

function fieldsIn(line: string): Fields | null {
  try {
    const value = JSON.parse(line) as Value;
    return isFields(value) ? value : null;
  } catch {
    return null;
  }
}

interface Slip {
  readonly path: string;
  readonly expected: string;
}

/** Holds each line against those before it. */
class EventReader {
  readonly events: HistoryEvent[] = [];
  readonly #invoked = new Set<number>();
  /** The process of each operation that was not returned. */
  readonly #open = new Map<number, string>();
  readonly #busy = new Map<string, number>();

  /** Null where the line is well. */
  read(line: string): Slip | null {
    const fields = fieldsIn(line);
    if (fields === null) return { path: "", expected: "a JSON object" };
    const { at } = fields;
    if (typeof at !== "number") return { path: "at", expected: "a time in microseconds" };
    if (isDeep(fields, depthMax + 1)) return { path: "", expected: deepExpected };
    if (fields["invoke"] !== undefined) return this.#invoke(fields, at);
    if (fields["return"] !== undefined) return this.#return(fields, at);
    return { path: "", expected: "an operation's number as invoke or as return" };
  }

  #invoke(fields: Fields, at: number): Slip | null {
    const { invoke: operation = null, kind, key = null, input = null } = fields;
    const process = processOf(fields["process"]);
    if (!isCount(operation) || this.#invoked.has(operation)) {
      return { path: "invoke", expected: "a number that no other operation has" };
    }
    if (this.#invoked.size === operationsMax) {
      return { path: "", expected: `at most ${operationsMax} operations` };
    }
    if (process === null) {
      return { path: "process", expected: `a name of at most ${processLengthMax} characters` };
    }
    const waits = this.#busy.get(process);
    if (waits !== undefined) {
      return { path: "process", expected: `the return of operation ${waits}, for which it waits` };
    }
    if (typeof kind !== "string") return { path: "kind", expected: "the name of what was asked" };
    if (key !== null && typeof key !== "string") return { path: "key", expected: "a name or null" };
    this.#invoked.add(operation);
    this.#open.set(operation, process);
    this.#busy.set(process, operation);
    this.events.push({ kind: "invoke", operation, at, asked: { process, kind, key, input } });
    return null;
  }

  #return(fields: Fields, at: number): Slip | null {
    const { return: operation = null, output = null } = fields;
    const process = isCount(operation) ? this.#open.get(operation) : undefined;
    if (!isCount(operation) || process === undefined) {
      return { path: "return", expected: "the number of an operation that waits for its return" };
    }
    const status = statusOf(fields["status"]);
    if (status === null) return { path: "status", expected: "ok, fail or unknown" };
    this.#open.delete(operation);
    this.#busy.delete(process);
    this.events.push({ kind: "return", operation, at, status, output });
    return null;
  }
}
