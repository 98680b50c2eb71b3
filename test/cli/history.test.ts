import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { jsonOf, run } from "./support/captured-io.js";

const cwd = mkdtempSync(join(tmpdir(), "holdfast-history-"));
afterAll(() => rmSync(cwd, { recursive: true }));

const example = (name: string) => join(process.cwd(), "examples/histories", `${name}.ndjson`);

function file(name: string, text: string): string {
  writeFileSync(join(cwd, name), text);
  return name;
}

/** Concurrent, of different values, and an answer that none of their orders gives. */
function hard(width: number): string {
  const header = `{"schema":"holdfast.history-events/1","model":"queue"}`;
  const numbers = Array.from({ length: width }, (_, index) => index + 1);
  const lines = [
    header,
    ...numbers.map((n) => `{"invoke":${n},"at":1,"process":"p${n}","kind":"enqueue","input":${n}}`),
    ...numbers.map((n) => `{"return":${n},"at":2,"status":"ok"}`),
    `{"invoke":99,"at":3,"process":"p0","kind":"dequeue"}`,
    `{"return":99,"at":4,"status":"ok","output":99}`,
  ];
  return `${lines.join("\n")}\n`;
}

describe("holdfast history check (HISTORY-10)", () => {
  it("ends with 0 for a history that is linearizable", async () => {
    const { code, stdout } = await run(["history", "check", example("settings")], { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^OK settings\.ndjson is linearizable \(service, 10 operations/);
  });

  it("ends with 1 for one that is not, and names the operation, its line and why", async () => {
    const { code, stdout } = await run(["history", "check", example("stale-read")], { cwd });
    expect(code).toBe(1);
    expect(stdout).toContain("NOT OK stale-read.ndjson is not linearizable");
    expect(stdout).toContain(`stale-read.ndjson:12: process pi-b: get mode → value manual`);
    expect(stdout).toContain(`the state of mode could only be: "auto" (version 2)`);
    expect(stdout).toContain("These 2 contradict one another, whatever the others did:");
    expect(stdout).not.toContain("limit");
  });

  it("gives a terminal no commands that a file has brought, and marks up none", async () => {
    const evil = "\u001b[2J\u009b31m</title><script>alert(1)</script>\u202e";
    const asked = { at: 1, process: `p${evil}`, key: `k${evil}`, kind: "get" };
    const text = [
      { schema: "holdfast.history-events/1", model: "key-value" },
      { invoke: 1, ...asked },
      { return: 1, at: 2, status: "ok", output: { value: evil } },
    ].map((line) => JSON.stringify(line));
    const name = file("evil.ndjson", `${text.join("\n")}\n`);
    const pictures = ["--svg", "evil.svg", "--html", "evil.html"];
    const told = await run(["history", "check", name, ...pictures], { cwd });
    expect(told.code).toBe(1);
    for (const picture of ["evil.svg", "evil.html"]) {
      expect(readFileSync(join(cwd, picture), "utf8")).not.toContain("<script>alert");
    }
    const refused = await run(["history", "check", name, "--model", "lock"], { cwd });
    const other = file(
      "kind.ndjson",
      `${text[0]}\n${text[1]?.replace('"get"', '"g\\u001b[2J"')}\n`,
    );
    const unread = await run(["history", "check", other], { cwd });
    expect([refused.code, unread.code]).toEqual([3, 3]);
    for (const { stdout, stderr } of [told, refused, unread]) {
      for (const command of ["\u001b", "\u009b", "\u202e"]) {
        expect(stdout + stderr).not.toContain(command);
      }
    }
  });

  it("judges by another model or consistency when told so", async () => {
    const args = ["history", "check", example("stale-read"), "--consistency", "sequential"];
    expect((await run(args, { cwd })).code).toBe(0);
    const wrong = await run(["history", "check", example("stale-read"), "-m", "lock"], { cwd });
    expect(wrong.code).toBe(3);
    expect(wrong.stderr).toContain("stale-read.ndjson:2: expected one of acquire");
  });

  it("gives one object with --json", async () => {
    const holds = await run(["history", "check", example("two-holders"), "--json"], { cwd });
    expect(holds.code).toBe(1);
    expect(Object.keys(jsonOf(holds))[0]).toBe("schema");
    expect(jsonOf(holds)).toMatchObject({
      ...{ schema: "holdfast.history/1", verdict: "not", model: "lock" },
      stuck: [{ line: 6, process: "pi-b", kind: "acquire" }],
      states: ["held by 7, token 12"],
      core: { minimal: true },
    });
    const good = jsonOf(await run(["history", "check", example("settings"), "--json"], { cwd }));
    expect(good).toMatchObject({ verdict: "linearizable", operations: 10 });
    expect(good["order"]).toHaveLength(10);
  });

  it("ends with 5 when the time is over, and says how far it came", async () => {
    const args = ["history", "check", file("hard.ndjson", hard(14)), "--timeout", "50ms"];
    const { code, stdout } = await run(args, { cwd });
    expect(code).toBe(5);
    expect(stdout).toContain("UNKNOWN hard.ndjson: no verdict");
    expect(stdout).toContain("The longest orders have a place for 14 of 15 operations");
    const json = jsonOf(await run([...args, "--json"], { cwd }));
    expect(json).toMatchObject({ verdict: "unknown", placed: 14, required: 15 });
  });

  it("and not when there is time enough", async () => {
    const args = ["history", "check", file("less.ndjson", hard(5))];
    expect((await run(args, { cwd })).code).toBe(1);
  });

  it("draws the history, with the fault in it", async () => {
    const args = ["history", "check", example("stale-read"), "--svg", "a.svg", "--html", "a.html"];
    expect((await run(args, { cwd })).code).toBe(1);
    const svg = readFileSync(join(cwd, "a.svg"), "utf8");
    expect(svg).toMatch(/^<svg .*\n<title>holdfast history check stale-read\.ndjson<\/title>/);
    expect(svg).toContain("no order goes on");
    expect(svg.match(/class="operation"/g)).toHaveLength(5);
    const html = readFileSync(join(cwd, "a.html"), "utf8");
    expect(html).toContain("These contradict one another");
    expect(html).not.toMatch(/(src|href)=/);
  });

  it("draws what a file says as text, never as marks", async () => {
    const name = file(
      "marks.ndjson",
      [
        `{"schema":"holdfast.history-events/1","model":"register"}`,
        `{"invoke":1,"at":1,"process":"</script><b>","kind":"write","input":"<img onerror=x>"}`,
        `{"return":1,"at":2,"status":"ok"}`,
      ].join("\n"),
    );
    await run(["history", "check", name, "--svg", "m.svg", "--html", "m.html"], { cwd });
    for (const drawn of ["m.svg", "m.html"]) {
      const text = readFileSync(join(cwd, drawn), "utf8");
      expect(text).not.toContain("<img");
      expect(text).not.toContain("</script><b>");
    }
  });

  it.each([
    ["--consistency", "causal", "causal cannot be checked yet"],
    ["--consistency", "sequental", `did you mean "sequential"?`],
    ["--model", "registr", `did you mean "register"?`],
    ["--timeout", "7", "Expected a time such as 500ms"],
    ["--svg", "a.png", "expected a name that ends in .svg"],
    ["--html", "a.svg", "expected a name that ends in .html"],
  ])("refuses %s %s", async (flag, value, message) => {
    const { code, stderr } = await run(["history", "check", example("settings"), flag, value], {
      cwd,
    });
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it.each([
    [
      "nowhere.ndjson",
      null,
      "nowhere.ndjson: expected a file of text, at most 256MiB: there is no",
    ],
    ["empty.json", "", "empty.json:1: expected a history, and the file is empty"],
    [
      "model.json",
      `{"model": "stack", "ops": []}`,
      "model.json: expected a model (register, cas-register",
    ],
    ["op.json", `{"model":"register","ops":[\n{"p":1}]}`, "op.json:2: ops[0].f: expected"],
  ])("refuses the file %s", async (name, text, message) => {
    if (text !== null) file(name, text);
    const { code, stderr } = await run(["history", "check", name], { cwd });
    expect(code).toBe(3);
    expect(stderr).toContain(message);
  });
});
