import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { jsonOf, run } from "./support/captured-io.js";

const cwd = mkdtempSync(join(tmpdir(), "holdfast-sim-"));
afterAll(() => rmSync(cwd, { recursive: true }));

const app = join(process.cwd(), "examples/boiler/app.ts");

function scenario(name: string, lines: readonly string[]): string {
  const head = ["version: 1", `name: ${name}`, `app: ${app}`, "duration: 4s"];
  const file = `${name}.yaml`;
  writeFileSync(join(cwd, file), [...head, ...lines, ""].join("\n"));
  return file;
}

const good = scenario("good", [
  "timing: { cycle: 20ms }",
  "faults:",
  "  - { name: dead, fault: crash, node: n1, at: 2s }",
  "invariants:",
  "  one-driver: true",
  "  voted-within: { temperature: 2 }",
]);
const failing = scenario("failing", [
  "faults:",
  "  - { name: dead, fault: crash, node: n1, at: 2s }",
  "expect:",
  "  - { never: peer-suspected }",
]);
const idle = scenario("idle", ["faults:", "  - { fault: partition, from: n1, to: n1, at: 2s }"]);

describe("holdfast sim (CLI-SIM-1)", () => {
  it("passes: exit code 0, a report for people, its speed on stderr", async () => {
    const result = await run(["sim", good], { cwd });
    expect(result.code).toBe(0);
    expect(result.stdout).toMatch(/^PASSED good, seed 1, 4\.000 s simulated\n/);
    expect(result.stdout).toContain("replay: holdfast sim good.yaml --seed 1");
    expect(result.stderr).toMatch(/^\d+ machine steps a second, \d+ times as fast as real time\n$/);
  });

  it("gives one object with --json, the same bytes each time", async () => {
    const [one, two] = [
      await run(["sim", good, "--json"], { cwd }),
      await run(["sim", good, "--json"], { cwd }),
    ];
    expect(one.stdout).toBe(two.stdout);
    expect(Object.keys(jsonOf(one))[0]).toBe("schema");
    expect(jsonOf(one)).toMatchObject({ schema: "holdfast.sim/1", verdict: "passed", seed: 1 });
    const other = await run(["sim", good, "--json", "--seed", "2"], { cwd });
    expect(jsonOf(other)).toMatchObject({ seed: 2, replay: "holdfast sim good.yaml --seed 2" });
    expect(other.stdout).not.toBe(one.stdout);
  });

  it("fails with exit code 1 and the reason, and with --json still one object", async () => {
    const text = await run(["sim", failing], { cwd });
    expect(text.code).toBe(1);
    expect(text.stdout).toContain("FAILED failing");
    expect(text.stdout).toContain("peer-suspected");
    const json = await run(["sim", failing, "--json"], { cwd });
    expect(json.code).toBe(1);
    expect(jsonOf(json)).toMatchObject({ schema: "holdfast.sim/1", verdict: "failed" });
  });

  it("is invalid, exit code 1, when a fault never took effect (SIM-14)", async () => {
    const result = await run(["sim", idle], { cwd });
    expect(result.code).toBe(1);
    expect(result.stdout).toContain("INVALID idle");
    expect(result.stdout).toContain('the fault "partition 1" never took effect');
  });
});

describe("holdfast sim --runs (CLI-SIM-2)", () => {
  it("sweeps seeds, and passes when all do", async () => {
    const result = await run(["sim", good, "--runs", "3", "--seed", "7", "--json"], { cwd });
    expect(result.code).toBe(0);
    expect(jsonOf(result)).toMatchObject({ firstSeed: 7, runs: 3, passed: 3, failed: 0, bad: [] });
  });

  it("lists the failing seeds, each with the command that replays it", async () => {
    const result = await run(["sim", failing, "--runs", "2"], { cwd });
    expect(result.code).toBe(1);
    expect(result.stdout).toContain("holdfast sim failing.yaml --seed 1\n");
    expect(result.stdout).toContain("holdfast sim failing.yaml --seed 2\n");
  });

  it("shows its progress on a terminal, and nowhere else", async () => {
    const shown = await run(["sim", good, "--runs", "2"], { cwd, terminal: true });
    expect(shown.stderr).toContain("50 %  1 of 2 runs");
    const piped = await run(["sim", good, "--runs", "2"], { cwd });
    expect(piped.stderr).not.toContain("%");
  });
});

describe("a wrong scenario file (CLI-SIM-3)", () => {
  const wrong = (name: string, lines: readonly string[]) =>
    run(["sim", scenario(name, lines)], { cwd });

  it.each<[string, readonly string[], string]>([
    [
      "unknown-key",
      ["fautls: []"],
      `unknown-key.yaml:5:1: fautls: expected a known key, got "fautls" (did you mean "faults"?)`,
    ],
    ["bad-time", ["startup: 3"], "bad-time.yaml:5:10: startup: expected a duration"],
    ["bad-timing", ["timing: { cycle: 20ms, cutof: 1ms }"], "bad-timing.yaml:5:"],
    [
      "bad-node",
      ["faults:", "  - { fault: crash, node: n9, at: 1s }"],
      `bad-node.yaml:6:27: faults[0].node: expected one of n1, n2, n3, got "n9"`,
    ],
    ["bad-kind", ["faults:", "  - { fault: explode, at: 1s }"], "bad-kind.yaml:6:"],
    [
      "no-time",
      ["faults:", "  - { fault: crash, node: n1 }"],
      "expected one of `at`, `every` and `probability`",
    ],
    [
      "endless",
      ["faults:", "  - { fault: crash, node: n1, every: 1s }"],
      "a fault that is repeated must end",
    ],
    [
      "bad-after",
      ["expect:", "  - { event: started, after: x, within: 1s }"],
      'expected the name of a fault, got "x"',
    ],
    [
      "bad-sensor",
      ["invariants:", "  voted-within: { pressure: 2 }"],
      "bad-sensor.yaml:6:19: invariants.voted-within.pressure: expected one of temperature",
    ],
    [
      "bad-is",
      ["faults:", "  - { fault: sensor, node: n1, sensor: temperature, is: stuk, at: 1s }"],
      "expected a sensor fault: stuck",
    ],
  ])("%s: exit code 3, the line, and what was expected", async (name, lines, message) => {
    const result = await wrong(name, lines);
    expect(result).toMatchObject({ code: 3, stdout: "" });
    expect(result.stderr).toContain(message);
  });

  it("that is missing, or no YAML, is refused by name", async () => {
    const missing = await run(["sim", "nowhere.yaml"], { cwd });
    expect(missing).toMatchObject({ code: 3 });
    expect(missing.stderr).toContain("nowhere.yaml: expected a file of YAML");
    writeFileSync(join(cwd, "broken.yaml"), "a: [1");
    expect((await run(["sim", "broken.yaml"], { cwd })).code).toBe(3);
    writeFileSync(join(cwd, "binary.yaml"), new Uint8Array([0xff, 0xfe, 0, 1]));
    expect((await run(["sim", "binary.yaml"], { cwd })).code).toBe(3);
  });

  it("is wrong usage without one, and with a count that is none", async () => {
    expect((await run(["sim"], { cwd })).code).toBe(2);
    expect((await run(["sim", good, "--runs", "-1"], { cwd })).code).toBe(2);
    const none = await run(["sim", good, "--runs", "0"], { cwd });
    expect([none.code, none.stdout]).toEqual([2, ""]);
    expect(none.stderr).toContain("from 1 to");
    expect((await run(["sim", good, "--seed", "0"], { cwd })).code).toBe(0);
  });
});

describe("the scenarios that come with it (CLI-SIM-4)", () => {
  const files = readdirSync("examples/scenarios").filter((file) => file.endsWith(".yaml"));

  it("are at least ten", () => {
    expect(files.length).toBeGreaterThanOrEqual(10);
  });

  // The name `boiler` stands for the compiled example; here it is the source.
  it.each(files)("%s passes", async (file) => {
    const text = readFileSync(join("examples/scenarios", file), "utf8");
    writeFileSync(join(cwd, file), text.replace(/^app: boiler$/m, `app: ${app}`));
    const result = await run(["sim", file], { cwd });
    expect(result.stdout).toMatch(/^PASSED /);
    expect(result.code).toBe(0);
  });
});
