import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { jsonOf, run } from "./support/captured-io.js";

const cwd = mkdtempSync(join(tmpdir(), "holdfast-schedule-"));
afterAll(() => rmSync(cwd, { recursive: true }));

const example = (name: string) => join(process.cwd(), "examples/schedule", `${name}.yaml`);
const pathfinder = example("pathfinder");

function tasks(name: string, lines: readonly string[]): string {
  writeFileSync(join(cwd, name), ["version: 1", ...lines, ""].join("\n"));
  return name;
}

describe("holdfast schedule (SCHEDULE-CLI-1)", () => {
  it("meets every deadline with inheritance and with ceiling: exit code 0", async () => {
    for (const protocol of ["inheritance", "ceiling"]) {
      const result = await run(["schedule", pathfinder, "--protocol", protocol], { cwd });
      expect(result.code).toBe(0);
      expect(result.stdout).toMatch(/^OK pathfinder: every deadline is met\n/);
    }
    expect((await run(["schedule", example("greenhouse")], { cwd })).code).toBe(0);
  });

  it("and not without: exit code 1, with who holds and who prolongs", async () => {
    const { code, stdout } = await run(["schedule", pathfinder, "--protocol", "none"], { cwd });
    expect(code).toBe(1);
    expect(stdout).toContain("✗ bus-distribution can miss its deadline of 100ms");
    expect(stdout).toContain("waits for the lock pipe while weather holds it");
    expect(stdout).toContain("and communication runs before who holds it: priority inversion");
    expect(stdout).toContain("150ms inverted by communication");
  });

  it("names who interferes, and which change would help", async () => {
    const file = tasks("late.yaml", [
      "tasks:",
      "  - { name: pump, period: 100ms, body: [run 40ms] }",
      "  - { name: log, period: 100ms, deadline: 50ms, body: [run 20ms] }",
      "  - { name: show, period: 1s, body: [run 5ms] }",
      "priorities: rate-monotonic",
    ]);
    const { code, stdout } = await run(["schedule", file], { cwd });
    expect(code).toBe(1);
    expect(stdout).toContain("log can miss its deadline of 50ms: it takes up to 60ms");
    expect(stdout).toContain("pump interferes for 40ms, in 1 job");
    expect(stdout).toContain("if one ran shorter: pump by 10ms, or log by 10ms");
    expect(stdout).not.toContain("show can miss");
  });

  it("fits the terminal", async () => {
    const { stdout } = await run(["schedule", pathfinder], { cwd, terminal: true });
    const chart = stdout.split("\n").filter((line) => /[█░·]/.test(line));
    expect(chart.length).toBeGreaterThan(4);
    for (const line of chart) expect([...line].length).toBeLessThanOrEqual(80);
  });

  it("gives one object with --json, the same each time", async () => {
    const [one, two] = [
      await run(["schedule", pathfinder, "--protocol", "none", "--json"], { cwd }),
      await run(["schedule", pathfinder, "--protocol", "none", "--json"], { cwd }),
    ];
    expect(one.code).toBe(1);
    expect(one.stdout).toBe(two.stdout);
    expect(Object.keys(jsonOf(one))[0]).toBe("schema");
    expect(jsonOf(one)).toMatchObject({ schema: "holdfast.schedule/1", verdict: "can-miss" });
  });

  it("draws a picture, and refuses what is no SVG", async () => {
    const drawn = await run(["schedule", pathfinder, "--svg", "a.svg"], { cwd });
    expect(drawn.code).toBe(0);
    const svg = readFileSync(join(cwd, "a.svg"), "utf8");
    expect(svg).toMatch(/^<svg .*\n<title>holdfast schedule pathfinder<\/title>/);
    expect(svg).toContain("bus-distribution: waits for pipe");
    expect((await run(["schedule", pathfinder, "--svg", "a.png"], { cwd })).code).toBe(2);
  });

  it("plays for as long as it is told", async () => {
    const args = ["schedule", pathfinder, "--protocol", "none", "--horizon", "50ms", "--json"];
    const report = jsonOf(await run(args, { cwd }));
    expect(report).toMatchObject({ schedule: { horizon: 50_000, end: 50_000 } });
    expect((await run(["schedule", pathfinder, "--horizon", "7"], { cwd })).code).toBe(2);
  });
});

describe("a wrong task file (SCHEDULE-CLI-2)", () => {
  const head = "tasks:";
  it.each<[string, readonly string[], string]>([
    [
      "unknown.yaml",
      [head, "  - { name: a, perid: 1s, period: 1s, body: [run 1ms] }"],
      `unknown.yaml:3:16: tasks[0].perid: expected a known key, got "perid" (did you mean "per`,
    ],
    ["step.yaml", [head, "  - { name: a, period: 1s, body: [walk 1ms] }"], "step.yaml:3:"],
    [
      "held.yaml",
      [head, "  - { name: a, period: 1s, body: [lock x, run 1ms] }"],
      "expected an unlock of x before the end of the body",
    ],
    [
      "free.yaml",
      [head, "  - { name: a, period: 1s, body: [run 1ms, unlock x] }"],
      "free.yaml:3:44: tasks[0].body[1]: expected a lock of x before it is unlocked",
    ],
    [
      "twice.yaml",
      [head, ...["a", "a"].map((name) => `  - { name: ${name}, period: 1s, body: [run 1ms] }`)],
      "twice.yaml:4:",
    ],
    [
      "some.yaml",
      [
        head,
        "  - { name: a, priority: 5, period: 1s, body: [run 1ms] }",
        "  - { name: b, period: 1s, body: [run 1ms] }",
      ],
      "expected a priority, as others have one",
    ],
    ["idle.yaml", [head, "  - { name: a, period: 1s, body: [run 0ms] }"], "at least one run"],
    ["none.yaml", ["tasks: []"], "expected a list of 1 to 64 tasks"],
    ["unit.yaml", [head, "  - { name: a, period: 100, body: [run 1ms] }"], "expected a duration"],
  ])("%s", async (name, lines, message) => {
    const { code, stderr } = await run(["schedule", tasks(name, lines)], { cwd });
    expect(code).toBe(3);
    expect(stderr).toContain(message);
    // One slip is one problem.
    expect(stderr).not.toContain("problems");
  });

  it("that is not there", async () => {
    expect((await run(["schedule", "nowhere.yaml"], { cwd })).code).toBe(3);
  });
});
