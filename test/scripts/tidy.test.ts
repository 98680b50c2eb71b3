/** Each rule of the tidy but the floors (see tidy-floors.test.ts), with a text that breaks it. */
import { describe, expect, it } from "vitest";
import { tidyC, tidySource } from "../../scripts/tidy/tidy-source.js";
import { checkTwins, complaintsOf, pureFile, type Twins, testFile } from "./twins.js";

describe("determinism", () => {
  const twins = (rule: string, bad: string, says: string, good: string): Twins[] => [
    { rule, path: pureFile, bad, says, good },
    { rule: `${rule}, elsewhere`, path: pureFile, bad, says, good: bad, goodPath: testFile },
  ];

  checkTwins([
    ...twins("no wall clock", "x = Date.now();\n", "Date in", "x = date.Date;\n"),
    ...twins("no dates", "x = new Date();\n", "Date in", "x = { Date: 1 };\n"),
    ...twins("no chance", "x = Math.random();\n", "Math.random", "x = Math.abs(1);\n"),
    ...twins("no disguised chance", "const { random } = Math;\n", "Math.name", "x = Math.PI;\n"),
    ...twins("no stopwatch", "x = performance.now();\n", "performance", "x = it.performance;\n"),
    ...twins("no promise", "x = Promise.resolve();\n", "Promise in", "x = promise;\n"),
    ...twins("no async", "async function f() {}\n", "async in", "function f() {}\n"),
    ...twins("no await", "await f();\n", "await in", "f();\n"),
    ...twins(
      "no async loop",
      "for await (const x of y) f();\n",
      "await",
      "for (const x of y) f();\n",
    ),
    ...twins("no timer", "setTimeout(f, 1);\n", "setTimeout", "machine.setTimeout(f, 1);\n"),
    ...twins("no interval", "setInterval(f, 1);\n", "setInterval", "interval(f, 1);\n"),
    ...twins("no microtask", "queueMicrotask(f);\n", "queueMicrotask", "queue.push(f);\n"),
    ...twins("no locale", "x = Intl;\n", "Intl", "type A = { Intl: 1 };\n"),
    ...twins("no collation", "x = a.localeCompare(b);\n", "localeCompare", "x = a < b;\n"),
    ...twins("no weak reference", "x = new WeakRef(y);\n", "WeakRef", "x = new WeakMap();\n"),
    ...twins("no back door", "x = globalThis;\n", "globalThis", "x = this.globalThis;\n"),
    ...twins("no state of a module", "let count = 0;\n", "variable", "const countMax = 0;\n"),
  ]);

  it("a dynamic import is refused in a pure room, for it is a promise", () => {
    const text = 'x = import("../kernel/time.js");\n';
    expect(complaintsOf(pureFile, text)).toEqual([expect.stringContaining("import()")]);
    expect(complaintsOf("src/cli/commands.ts", text)).toEqual([]);
  });
});

const linesOf = (count: number): string => "work();\n".repeat(count);
const functionOf = (lines: number): string => `function f() {\n${linesOf(lines - 2)}}\n`;
const suiteOf = (name: string): string => `${name}("a", () => {\n${linesOf(80)}});\n`;
const nestedIn = (count: number): string =>
  `${"while (a) {\n".repeat(count)}${"}\n".repeat(count)}`;

describe("measures", () => {
  checkTwins([
    {
      rule: "a file has at most 400 lines",
      path: pureFile,
      bad: linesOf(401),
      says: "a file of 401 lines",
      good: linesOf(400),
    },
    {
      rule: "a line has at most 100 columns, counted in characters",
      path: pureFile,
      bad: `// ${"x".repeat(98)}\n`,
      says: "a line of 101 columns",
      good: `// ${"\u{1F525}".repeat(97)}\n`,
    },
    {
      rule: "a function has at most 60 lines",
      path: pureFile,
      bad: functionOf(61),
      says: "a function of 61 lines",
      good: functionOf(60),
    },
    {
      rule: "a suite may be longer, for it is a list",
      path: testFile,
      bad: suiteOf("it"),
      says: "a function of 82 lines",
      good: suiteOf("describe.skipIf(a)"),
    },
    {
      rule: "only in tests is a suite a suite",
      path: "scripts/check.ts",
      bad: suiteOf("describe"),
      says: "a function of 82 lines",
      good: suiteOf("describe"),
      goodPath: testFile,
    },
    {
      rule: "code nests at most three deep",
      path: pureFile,
      bad: nestedIn(4),
      says: "nested 4 deep",
      good: nestedIn(3),
    },
    {
      rule: "else if goes no deeper, and a function begins anew",
      path: pureFile,
      bad: `for (;;) try { switch (a) { default: if (a) b(); } } finally {}\n`,
      says: "nested 4 deep",
      good: `if (a) b(); else if (c) d(); else if (e) h(() => {\n${nestedIn(3)}});\n`,
    },
  ]);

  it("measures C by the same lines and columns, and by nothing else", () => {
    const path = "firmware-bridge/bridge/main.c";
    expect(tidyC(path, linesOf(400) + "x".repeat(100))).toEqual([
      { path, line: 401, text: expect.stringContaining("a file of 401 lines") },
    ]);
    expect(tidyC(path, `int a;\n/* ${"x".repeat(98)} */\n`)).toEqual([
      { path, line: 2, text: expect.stringContaining("columns") },
    ]);
    expect(tidyC(path, linesOf(400))).toEqual([]);
  });

  it("names the line of the complaint", () => {
    const path = pureFile;
    expect(tidySource(path, `\n\nconst a: any = 1;\n`)).toEqual([
      { path, line: 3, text: expect.stringContaining("any") },
    ]);
  });
});

describe("modules and names", () => {
  checkTwins([
    {
      rule: "any is not said",
      path: testFile,
      bad: "const a = b as any;\n",
      says: "unknown",
      good: "const any = b as unknown;\n",
    },
    {
      rule: "exports have names",
      path: pureFile,
      bad: "export default function f() {}\n",
      says: "default export",
      good: "export function f() { switch (a) { default: } }\n",
    },
    {
      rule: "a value is not exported as default either",
      path: pureFile,
      bad: "export default a;\n",
      says: "default export",
      good: "export default a;\n",
      goodPath: "test/vitest.config.ts",
    },
    {
      rule: "nor under another name",
      path: pureFile,
      bad: "export { a as default };\n",
      says: "default export",
      good: "export { a as b };\n",
    },
    {
      rule: "only src has a face",
      path: "src/voting/index.ts",
      bad: "f();\n",
      says: "index file",
      good: "f();\n",
      goodPath: "src/index.ts",
    },
    {
      rule: "names say what is in a file",
      path: "src/voting/vote-utils.ts",
      bad: "f();\n",
      says: '"utils"',
      good: "f();\n",
      goodPath: "src/voting/vote-counts.ts",
    },
    {
      rule: "names of folders too",
      path: "test/common/feed.ts",
      bad: "f();\n",
      says: '"common"',
      good: "f();\n",
      goodPath: "test/support/feed.ts",
    },
    {
      rule: "names are in kebab-case",
      path: "src/voting/midValue.ts",
      bad: "f();\n",
      says: "kebab-case",
      good: "f();\n",
      goodPath: "src/voting/mid-value.ts",
    },
  ]);

  it.each(["util", "utils", "helper", "helpers", "common", "manager", "base"])(
    "refuses a file called %s",
    (name) => {
      expect(complaintsOf(`src/voting/${name}.ts`, "f();\n")).toHaveLength(1);
    },
  );
});

describe("comments", () => {
  const twins = (rule: string, bad: string, says: string, good: string): Twins => ({
    rule,
    path: pureFile,
    bad,
    says,
    good,
  });

  checkTwins([
    twins("a promise has an issue", "// TODO later\nf();\n", "TODO(#7)", "// TODO(#7) later\n"),
    twins("whatever it is called", "f(); /* FIXME */\n", "FIXME", 'f("FIXME");\n'),
    twins("at the end of a file", "f();\n// HACK\n", "HACK", "f();\n// a hackle\n"),
    twins("biome is obeyed", "// biome-ignore lint: no\nf();\n", "biome-ignore", "// biome\n"),
    twins("eslint is no way round", "/* eslint-disable */\n", "eslint-disable", "f(`//eslint`);\n"),
    twins("so is the compiler", "// @ts-ignore\nf();\n", "@ts-ignore", "// @ts-check\n"),
    {
      rule: "only a test may expect an error",
      path: pureFile,
      bad: "// @ts-expect-error\nf();\n",
      says: "outside of tests",
      good: "// @ts-expect-error\nf();\n",
      goodPath: testFile,
    },
  ]);
});

describe("tests", () => {
  const twins = (rule: string, bad: string, says: string, good: string): Twins => ({
    rule,
    path: testFile,
    bad,
    says,
    good,
  });

  checkTwins([
    twins("none shuts out the others", 'it.only("a", f);\n', "only", 'it("only a", f);\n'),
    twins("not in a chain", "it.concurrent.only(f);\n", "only", "it.concurrent(f);\n"),
    twins(
      "none is skipped",
      'describe.skip("a", f);\n',
      "skipped",
      'describe.skipIf(a)("a", f);\n',
    ),
    twins("nor in a table", 'it.skip.each(a)("a", f);\n', "skipped", 'it.each(a)("a", f);\n'),
    twins("nor while it runs", "context.skip();\n", "skipped", 'it.runIf(a)("a", f);\n'),
    twins("nor by an option", 'it("a", { skip: true }, f);\n', "skip", "f({ skip: true });\n"),
    twins("nor by a letter", 'xit("a", f);\n', "xit", 'exit("a", f);\n'),
    twins("none is promised", 'it.todo("a");\n', "issue", "list.todo();\n"),
  ]);

  it("speaks of tests only", () => {
    expect(complaintsOf("src/cli/list.ts", "it.only(f);\n")).toEqual([]);
  });
});
