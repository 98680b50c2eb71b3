/** Files of histories: what is read back, and what is refused with its line. */
import { describe, expect, it } from "vitest";
import { encodeHistory } from "../../../src/consistency/history/lines.js";
import { readHistory } from "../../../src/consistency/history/read-text.js";
import { HistoryRecorder } from "../../../src/consistency/history/recorder.js";

const header = `{"schema":"holdfast.history-events/1","model":"register"}`;
const invoke = `{"invoke":1,"at":5,"process":"a","kind":"write","input":1}`;
const answer = `{"return":1,"at":9,"status":"ok"}`;

const lines = (...parts: readonly string[]): string => `${parts.join("\n")}\n`;

function problemOf(text: string): string {
  const read = readHistory(text);
  return read.ok ? "none" : `${read.line}: ${read.path}: ${read.expected}`;
}

describe("lines of the recorder (HISTORY-8)", () => {
  it("are read back as they were written", () => {
    const recorder = new HistoryRecorder({ model: "key-value", init: { value: 1, version: 1 } });
    const put = recorder.invoke(10, {
      process: "a",
      kind: "put",
      key: "k",
      input: { value: "ü<" },
    });
    const get = recorder.invoke(11, { process: "b", kind: "get", key: "k" });
    recorder.return(12, get, "ok", { value: 1, version: 1 });
    const late = recorder.invoke(13, { process: "b", kind: "delete", key: "k" });
    recorder.return(14, put, "fail", { reason: "limit" });
    recorder.return(15, late, "unknown");
    recorder.invoke(16, { process: "a", kind: "get", key: "k" });
    const read = readHistory(encodeHistory(recorder));
    if (!read.ok) throw new Error(read.expected);
    expect(read.history).toEqual(recorder.history());
    expect(read).toMatchObject({ model: "key-value", notes: [] });
    expect(read.history.operations.map((operation) => read.lineOf(operation))).toEqual([
      2, 3, 5, 8,
    ]);
  });

  it("may be cut off in the last line, by which nothing is known", () => {
    const read = readHistory(`${lines(header, invoke)}{"return":1,"at":`);
    if (!read.ok) throw new Error(read.expected);
    expect(read.history.operations).toMatchObject([{ status: "unknown", return: null }]);
    expect(read.notes).toEqual(["the last line was cut off, and does not count"]);
    expect(readHistory(`${header}\n${invoke}\n${answer}`)).toMatchObject({ ok: true, notes: [] });
  });

  it.each([
    ["another version", lines(header.replace("/1", "/2")), "1: schema: holdfast.history-events/1"],
    ["no model", `{"schema":"holdfast.history-events/1"}\n`, "1: model: the name of a model"],
    ["no JSON", lines(header, invoke, "oops", answer), "3: : a JSON object"],
    ["no time", lines(header, `{"invoke":1}`), "2: at: a time in microseconds"],
    [
      "a value too deep",
      lines(
        header,
        invoke.replace('"input":1', `"input":${"[".repeat(9_000)}${"]".repeat(9_000)}`),
      ),
      "2: : a value that is nested at most 32 deep",
    ],
    ["a number twice", lines(header, invoke, answer, invoke), "4: invoke: a number that no other"],
    ["no call", lines(header, answer), "2: return: the number of an operation that waits"],
    [
      "a process that waits",
      lines(header, invoke, invoke.replace("1", "2")),
      "3: process: the return of operation 1, for which it waits",
    ],
    [
      "a status",
      lines(header, invoke, answer.replace("ok", "okay")),
      "3: status: ok, fail or unknown",
    ],
  ])("are refused with %s", (_, text, problem) => {
    expect(problemOf(text)).toContain(problem);
  });
});

const deep = (depth: number): object => (depth === 0 ? {} : [deep(depth - 1)]);

const collection = (ops: readonly object[], rest: object = {}): string =>
  JSON.stringify({ model: "register", init: 0, ...rest, ops }, null, 1);
const op = (rest: object): object => ({
  ...{ p: 1, f: "read", in: null, out: 0, call: 1, ret: 2, status: "ok" },
  ...rest,
});

describe("the format of collections (HISTORY-8)", () => {
  it("is read, with its times as they are", () => {
    const read = readHistory(collection([op({ call: 3, ret: 4 }), op({ p: 2, call: 1, ret: 9 })]));
    if (!read.ok) throw new Error(read.expected);
    expect(read.history.operations).toMatchObject([
      { process: "2", calledAt: 1, returnedAt: 9, call: 0, return: 3 },
      { process: "1", calledAt: 3, returnedAt: 4, call: 1, return: 2 },
    ]);
    expect(read.history.operations.map((each) => read.lineOf(each))).toEqual([14, 5]);
  });

  it("counts operations that touch in time as concurrent, unless one process asked both", () => {
    const touching = [op({ p: 1, call: 1, ret: 5 }), op({ p: 2, call: 5, ret: 8 })];
    const apart = readHistory(collection(touching));
    if (!apart.ok) throw new Error(apart.expected);
    const [first, second] = apart.history.operations;
    expect(second?.call).toBeLessThan(first?.return ?? 0);
    const own = readHistory(collection(touching.map((each) => ({ ...each, p: 1 }))));
    if (!own.ok) throw new Error(own.expected);
    const [before, after] = own.history.operations;
    expect(after?.call).toBeGreaterThan(before?.return ?? Infinity);
  });

  it("takes a read of null as not recorded where the register is never null", () => {
    const read = readHistory(collection([op({ out: null })]));
    expect(read).toMatchObject({ ok: true, notes: [expect.stringContaining("1 reads")] });
    const nullable = readHistory(collection([op({ out: null })], { init: null }));
    expect(nullable).toMatchObject({ ok: true, notes: [] });
  });

  it.each([
    ["nothing", "", "1: : a history, and the file is empty"],
    ["no JSON", "p1 :invoke :read", "1: : lines that begin"],
    ["broken JSON", '{\n"ops": [\n}', ": : lines that begin"],
    ["no operations", "{}", "1: ops: a list of operations"],
    ["no times", collection([op({}), op({ call: "x" })]), "19: ops[1].call: a number"],
    ["no end", collection([op({ ret: null })]), "ops[0].ret: a number, for the status says"],
    ["an end before", collection([op({ ret: 1 })]), "ops[0].ret: a number greater than call"],
    ["a status", collection([op({ status: 1 })]), "ops[0].status: ok, fail or unknown"],
    [
      "a process that asks while it waits",
      collection([op({ call: 1, ret: 5 }), op({ call: 4, ret: 6 })]),
      "ops[1].call: a time not before 5, when process 1 was answered",
    ],
    ["a value too deep", collection([op({ in: deep(40) })]), "ops[0]: a value that is nested at"],
    ["failSemantics", collection([], { failSemantics: "odd" }), "failSemantics: removed, observed"],
  ])("is refused with %s", (_, text, problem) => {
    expect(problemOf(text)).toContain(problem);
  });
});
