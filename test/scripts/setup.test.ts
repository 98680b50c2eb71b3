/**
 * The set-up, run as it is in a small repository of its own whose npm and compiler write down what
 * was asked of them. Each runs for a moment, so that two set-ups that did not wait would overlap.
 */
import { type ChildProcess, spawn } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

const packages = {
  "": { name: "small" },
  "node_modules/typescript": { version: "7.0.0" },
  "node_modules/other-platform": { version: "1.0.0", optional: true },
};

const { "": _root, "node_modules/other-platform": _optional, ...installed } = packages;

/** Pretends to install: the compiler below, and npm's note of what is there. */
const npm = `
  import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
  appendFileSync("log", "npm " + process.argv.slice(2).join(" ") + "\\n");
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  if (process.env.NPM_FAILS) { console.log("no such registry"); process.exit(9); }
  mkdirSync("node_modules/typescript/bin", { recursive: true });
  writeFileSync("node_modules/typescript/package.json", "{}");
  writeFileSync("node_modules/typescript/bin/tsc", process.env.COMPILER);
  writeFileSync("node_modules/.package-lock.json", process.env.INSTALLED);
  appendFileSync("log", "npm done\\n");
`;

const compiler = `
  const { appendFileSync } = require("node:fs");
  appendFileSync("log", "tsc " + process.argv.slice(2).join(" ") + "\\n");
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  const text = process.env.TSC_SAYS;
  if (text) { console.log(text); process.exit(text.includes("error") ? 2 : 0); }
  appendFileSync("log", "tsc done\\n");
`;

let folder = "";

const at = (...path: string[]): string => join(folder, ...path);

function put(path: string, text: string): void {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), text);
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-setup-"));
  mkdirSync(at("scripts"));
  copyFileSync(join("scripts", "setup.mjs"), at("scripts", "setup.mjs"));
  put("package-lock.json", JSON.stringify({ packages }));
  put("npm-cli.mjs", npm);
});

afterEach(() => rmSync(folder, { recursive: true }));

function begin(environment: Readonly<Record<string, string>>): ChildProcess {
  const env = {
    ...process.env,
    npm_execpath: at("npm-cli.mjs"),
    COMPILER: compiler,
    INSTALLED: JSON.stringify({ packages: installed }),
    ...environment,
  };
  return spawn(process.execPath, [at("scripts", "setup.mjs")], { cwd: folder, env });
}

interface Ended {
  readonly code: number | null;
  readonly text: string;
}

function endOf(child: ChildProcess): Promise<Ended> {
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk) => {
      text += String(chunk);
    });
  }
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, text })));
}

const setUp = (environment: Readonly<Record<string, string>> = {}): Promise<Ended> =>
  endOf(begin(environment));

/** What npm and the compiler were asked since the last time, in order. */
function logged(): string[] {
  if (!existsSync(at("log"))) return [];
  const lines = readFileSync(at("log"), "utf8").trim().split("\n");
  rmSync(at("log"));
  return lines.map((line) => line.split(" ").slice(0, 2).join(" "));
}

const installs = ["npm ci", "npm done"];
const builds = ["tsc -b", "tsc done"];

describe("setup", () => {
  it("installs and builds a clean clone, and says so in one line", async () => {
    const { code, text } = await setUp();
    expect(code).toBe(0);
    expect(logged()).toEqual([...installs, ...builds]);
    expect(text).toMatch(/^setup: npm ci \.\.\. \d+\.\d s\n$/);
  });

  it("does not install again, and is silent where nothing was to be done", async () => {
    await setUp();
    logged();
    expect(await setUp()).toEqual({ code: 0, text: "" });
    expect(logged()).toEqual(builds);
  });

  it.each([
    ["the lock names another version", "package-lock.json", "7.0.1"],
    ["another version is installed", "node_modules/.package-lock.json", "6.0.0"],
  ])("installs again when %s", async (_why, file, version) => {
    await setUp();
    logged();
    put(file, JSON.stringify({ packages: { "node_modules/typescript": { version } } }));
    await setUp();
    expect(logged()).toEqual([...installs, ...builds]);
  });

  it("installs again when the folder of a package is gone", async () => {
    await setUp();
    logged();
    rmSync(at("node_modules", "typescript"), { recursive: true });
    await setUp();
    expect(logged()).toEqual([...installs, ...builds]);
  });

  it("shows what npm said when it fails, and builds nothing", async () => {
    const { code, text } = await setUp({ NPM_FAILS: "1" });
    expect(code).toBe(1);
    expect(text).toContain("no such registry");
    expect(logged()).toEqual(["npm ci"]);
  });

  it("shows the errors of the compiler, without its talk", async () => {
    await setUp();
    const said = "01:02:03 AM - Projects in this build:\n    * src\n\na.ts(1,1): error TS1: no\n";
    const { code, text } = await setUp({ TSC_SAYS: said });
    expect(code).toBe(1);
    expect(text).toBe("setup: tsc -b failed\na.ts(1,1): error TS1: no\n");
  });

  it("says that something was built", async () => {
    await setUp();
    const { text } = await setUp({ TSC_SAYS: "Building project 'src/tsconfig.json'..." });
    expect(text).toMatch(/^setup: tsc -b, \d+\.\d s\n$/);
  });
});

describe("two set-ups at once", () => {
  it("take turns, and the second finds the work done", async () => {
    const ends = await Promise.all([setUp(), setUp(), setUp()]);
    expect(ends.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(logged()).toEqual([...installs, ...builds, ...builds, ...builds]);
    expect(existsSync(at(".cache", "setup.lock"))).toBe(false);
  });

  it("are not held up by one that was killed", async () => {
    const killed = begin({});
    const ended = endOf(killed);
    await vi.waitUntil(() => existsSync(at(".cache", "setup.lock")), { timeout: 30_000 });
    killed.kill("SIGKILL");
    await ended;
    expect(existsSync(at(".cache", "setup.lock"))).toBe(true);
    expect(await setUp()).toMatchObject({ code: 0 });
  });
});

describe("an old Node", () => {
  it("is told that it is too old, before anything is touched", async () => {
    const source = readFileSync(at("scripts", "setup.mjs"), "utf8");
    put(
      "scripts/setup.mjs",
      source.replace("nodeVersionMin = [20, 19]", "nodeVersionMin = [99, 1]"),
    );
    const { code, text } = await setUp();
    expect(code).toBe(1);
    expect(text).toBe(`Holdfast needs Node 99.1 or newer, this is ${process.versions.node}.\n`);
    expect(logged()).toEqual([]);
  });
});
