/** Scenario files: what is in a good one is in the scenario, and what is wrong with one is said. */
import { describe, expect, it } from "vitest";
import { formatProblem } from "../../src/config/problem.js";
import { parseScenario } from "../../src/config/scenario.js";
import { micros, millis, seconds } from "../../src/kernel/time.js";
import type { Scenario } from "../../src/sim/scenario.js";

const head = ["version: 1", "name: a name", "app: boiler", "duration: 10s"];
const parse = (...lines: readonly string[]) =>
  parseScenario("s.yaml", `${[...head, ...lines].join("\n")}\n`);

function scenarioOf(...lines: readonly string[]): Scenario {
  const parsed = parse(...lines);
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join("\n"));
  return parsed.scenario;
}

function problemsOf(...lines: readonly string[]): readonly string[] {
  const parsed = parse(...lines);
  return parsed.ok ? [] : parsed.problems.map(formatProblem);
}

describe("a scenario file (CLI-SIM-3)", () => {
  it("has defaults for all but its name, app and duration", () => {
    expect(scenarioOf()).toMatchObject({
      name: "a name",
      nodes: ["n1", "n2", "n3"],
      seed: 1,
      duration: seconds(10),
      startup: seconds(2),
      hypothesis: { faultyNodesMax: 1, settle: seconds(2) },
      clockDriftPpm: 50,
      rereadsMax: 0,
      faults: [],
      expectations: [],
      liveness: null,
    });
  });

  it("has replicated state as a config has it, on fast disks, and nobody writes", () => {
    const { state } = scenarioOf();
    expect(state).toMatchObject({ writeEvery: null, disk: { stallProbability: 0 } });
    expect(state.settings).toMatchObject({ heartbeat: millis(100), election: seconds(1) });
    expect([...state.settings.group.values()]).toEqual(["voter", "voter", "voter"]);
  });

  it("has the state, the disks and the faults of disks that it names", () => {
    const fault = "faults: [{ fault: disk-stall, node: n1, at: 3s, for: 1s }]";
    const { state, faults } = scenarioOf("state: { disk: card, writes: 20ms }", fault);
    expect(state).toMatchObject({ writeEvery: millis(20), disk: { stallProbability: 0.001 } });
    expect(faults[0]?.action).toEqual({ kind: "disk-stall", node: { kind: "node", node: "n1" } });
    const times = scenarioOf("state: { heartbeat: 20ms, election: 80ms }").state.settings;
    expect(times).toMatchObject({ heartbeat: millis(20), election: millis(80) });
    expect(problemsOf("state: { disk: tape }")).toEqual([expect.stringContaining("card or ssd")]);
    expect(problemsOf("state: { heartbeat: 20ms, election: 79ms }")).toEqual([
      expect.stringContaining("expected 80ms (4 heartbeats) or more, got 79ms"),
    ]);
  });

  it("has the protection of a config (PROT-9)", () => {
    expect(scenarioOf().protection).toEqual({ samples: null, commands: null });
    const line = "protection: { samples: P07, commands: none }";
    expect(scenarioOf(line).protection).toEqual({ samples: "P07", commands: null });
    expect(problemsOf("protection: { samples: P03 }")).toEqual([
      "s.yaml:5:24: protection.samples: " +
        'expected one of P01, P02, P04, P05, P06, P07, none, got "P03"',
    ]);
  });

  it("allows as many faulty nodes as its cluster bears", () => {
    expect(scenarioOf("nodes: 5").hypothesis.faultyNodesMax).toBe(2);
    expect(scenarioOf("nodes: [b, a]")).toMatchObject({
      nodes: ["a", "b"],
      hypothesis: { faultyNodesMax: 0 },
    });
  });

  it.each([
    ["crash, node: driver", { kind: "crash", node: { kind: "driver" } }],
    ["silence, node: any", { kind: "silence", node: { kind: "any" } }],
    ["hang, node: n2", { kind: "hang", node: { kind: "node", node: "n2" } }],
    ["pause, node: n1, inStep: true", { kind: "pause", inStep: true }],
    ["slow, node: n1, perStep: 2ms", { kind: "slow", perStep: millis(2) }],
    ["clock-rate, node: n1, ppm: -400", { kind: "clock-rate", ratePpm: -400 }],
    [
      "partition, from: n1, to: [n2, n3], oneWay: true",
      { kind: "partition", to: { kind: "list", nodes: ["n2", "n3"] }, oneWay: true },
    ],
    ["network, loss: 0.5", { kind: "network", from: { kind: "all" }, model: { loss: 0.5 } }],
    [
      "sensor, node: n1, sensor: temperature, is: offset=1.5",
      { kind: "sensor", fault: { kind: "offset", by: 1.5 } },
    ],
    ["two-faced, node: n1, sensor: temperature, spread: 30", { kind: "two-faced", spread: 30 }],
    ["corrupt-samples, node: n1, sensor: temperature", { kind: "corrupt-samples" }],
    [
      "swap-samples, node: n1, sensor: temperature, with: pressure",
      { kind: "swap-samples", sensor: "temperature", other: "pressure" },
    ],
    [
      "corrupt-commands, node: driver, output: heater",
      { kind: "corrupt-commands", output: "heater" },
    ],
    ["voter, node: driver, sensor: temperature, offset: -15", { kind: "voter", offset: -15 }],
  ])("knows the fault %s", (words, action) => {
    const { faults } = scenarioOf("faults:", `  - { fault: ${words}, at: 3s, for: 1s..2s }`);
    expect(faults).toMatchObject([
      {
        name: `${words.split(",")[0]} 1`,
        schedule: { kind: "once", at: seconds(3) },
        length: { min: seconds(1), max: seconds(2) },
        action,
      },
    ]);
  });

  it("has paths beside the first, for faults and expectations to name", () => {
    expect(scenarioOf().furtherPaths).toEqual([]);
    const scenario = scenarioOf(
      "paths: { serial: { delay: 1ms..3ms, loss: 0.1 }, radio: {} }",
      "faults: [{ name: x, fault: partition, path: serial, at: 3s, for: 1s }]",
      "expect:",
      "  - { event: path-lost, path: serial, direction: out-only, after: x, within: 1s }",
    );
    const slow = { kind: "uniform", min: millis(1), max: millis(3) };
    expect(scenario.furtherPaths).toMatchObject([
      { name: "serial", model: { delay: slow, loss: 0.1 } },
      { name: "radio", model: { delay: scenario.network.delay, loss: 0 } },
    ]);
    expect(scenario.faults[0]?.action).toMatchObject({ kind: "partition", path: "serial" });
    expect(scenario.expectations[0]?.pattern).toMatchObject({
      ...{ event: "path-lost", path: "serial", direction: "out-only" },
    });
  });

  it("repeats a fault between its times, never beyond the liveness phase", () => {
    const liveness = "liveness: { at: 7s, within: 2s }";
    const fault = "{ fault: crash, node: any, for: 1s";
    const scheduled = (words: string) =>
      scenarioOf(liveness, "faults:", `  - ${fault}, ${words} }`).faults[0]?.schedule;
    expect(scheduled("every: 2s")).toEqual({
      ...{ kind: "repeated", from: seconds(2), until: seconds(7), interval: seconds(2) },
    });
    expect(scheduled("probability: 0.25, between: 3s..9s")).toEqual({
      ...{ kind: "repeated", from: seconds(3), until: seconds(7), interval: micros(4_000_000) },
    });
  });
});

describe("a contradiction in a scenario file (CLI-SIM-3)", () => {
  const crash = "fault: crash, node: n1";

  it.each([
    ["version: 2", "5:1: version: expected each key once"],
    ["nodes: 0", "5:8: nodes: expected a count from 1 to 15"],
    ["nodes: []", "5:8: nodes: expected a count from 1 to 15"],
    ["nodes: many", "5:8: nodes: expected a count from 1 to 15"],
    ["nodes: [a, a]", "5:8: nodes: expected each name once"],
    ["nodes: [any]", "5:8: nodes: expected a count from 1 to 15"],
    ["liveness: { at: 10s, within: 1s }", "5:17: liveness.at: expected a time before the end"],
    ["liveness: { at: 5s, core: [n1, n7], within: 1s }", "liveness.core: expected some of n1, n2"],
    ["timing: { cycles: 20ms }", "timing.cycles: expected one of cycle, cutoff"],
    ["timing: { clockDriftMaxPpm: 1.5 }", "timing.clockDriftMaxPpm: expected a whole number"],
    ["rereads: 6", "5:10: rereads: expected a whole number from 0 to 5"],
    ["paths: { udp: {} }", "paths.udp: expected lower-case letters and digits, and not udp"],
    ["paths: { Serial: {} }", "paths.Serial: expected lower-case letters and digits"],
    ["paths: { a: {}, b: {}, c: {}, d: {} }", "paths: expected at most 3 beside the first"],
    ["paths: { serial: { speed: 9 } }", "paths.serial.speed: expected a known key"],
    [
      "faults: [{ fault: partition, path: serial, at: 1s }]",
      'faults[0].path: expected one of udp, got "serial"',
    ],
    ["network: { loss: 1.5 }", "5:18: network.loss: expected a number from 0 to 1"],
    ["network: { delay: 4ms..1ms }", "5:19: network.delay: expected a time such as 2s"],
    [`faults: [{ ${crash}, at: 10s }]`, "faults[0].at: expected a time before the end"],
    [`faults: [{ ${crash}, at: 1s, every: 2s, for: 1s }]`, "expected one of `at`, `every` and"],
    [`faults: [{ ${crash}, at: 1s, between: 1s..2s }]`, "expected `between` only with `every`"],
    [
      `faults: [{ name: x, ${crash}, at: 1s }, { name: x, ${crash}, at: 2s }]`,
      'faults[1].name: expected a name of its own, got "x" twice',
    ],
    [
      "faults: [{ fault: partition, from: n1, to: [n2, n8], at: 1s }]",
      "faults[0].to: expected one",
    ],
    [
      "faults: [{ fault: voter, node: n1, sensor: temperature, offset: 0, at: 1s }]",
      "faults[0].offset: expected a number that is not 0",
    ],
  ])("is refused with its line: %s", (line, message) => {
    const problems = problemsOf(line);
    expect(problems.join("\n")).toContain(message);
    expect(problems[0]).toMatch(/^s\.yaml:5:/);
  });

  it("another version is refused, and none too", () => {
    const text = (version: string) => `${version}name: a\napp: boiler\nduration: 1s\n`;
    for (const version of ["version: 2\n", "version: '1'\n", ""]) {
      const parsed = parseScenario("s.yaml", text(version));
      expect(parsed.ok ? "" : parsed.problems.map(formatProblem).join("\n")).toMatch(
        /version: (missing: )?expected 1, the only version there is/,
      );
    }
  });

  it("all that is wrong is told at once", () => {
    const wrong = problemsOf("seed: -1", "startup: soon", "invariants: { one-drive: true }");
    expect(wrong.map((line) => line.split(":")[1])).toEqual(["5", "6", "7"]);
  });
});
