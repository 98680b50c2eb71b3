/**
 * How fast the simulator is: machine steps a second on one core, and how much faster than real time
 * a cluster of three runs at the defaults of `holdfast.yaml` (a cycle of 100 ms, a heartbeat of 50
 * ms) and at a cycle of 10 ms. The median of several runs; the first one only warms up.
 *
 * Run: node dist/bench/sim.js
 */
import { cpus } from "node:os";
import { pathToFileURL } from "node:url";
import { app } from "../examples/boiler/app.js";
import { parseScenario } from "../src/config/scenario.js";
import { makeMockSite } from "../src/sim/mock-site.js";
import { runScenario } from "../src/sim/run.js";
import type { Scenario } from "../src/sim/scenario.js";
import { median } from "./median.js";

export interface SimFigures {
  readonly name: string;
  /** Machine steps in a second of this machine's time. */
  readonly stepsPerSecond: number;
  /** Simulated time by this machine's time. */
  readonly timesRealTime: number;
}

const runs = 5;

const scenarios: Readonly<Record<string, readonly string[]>> = {
  "three nodes, defaults": ["duration: 10m"],
  "three nodes, cycle 10ms": ["duration: 60s", "timing: { cycle: 10ms, heartbeat: 10ms }"],
  "three nodes, cycle 10ms, 10 % loss": [
    "duration: 60s",
    "timing: { cycle: 10ms, heartbeat: 10ms }",
    "network: { loss: 0.1 }",
  ],
};

export function benchSim(): readonly SimFigures[] {
  return Object.entries(scenarios).map(([name, lines]) => measure(name, scenarioOf(name, lines)));
}

function scenarioOf(name: string, lines: readonly string[]): Scenario {
  const head = ["version: 1", `name: ${JSON.stringify(name)}`, "app: boiler"];
  const invariants = "invariants: { one-driver: true, voted-within: { temperature: 2 } }";
  const parsed = parseScenario(name, [...head, ...lines, invariants].join("\n"));
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join("; "));
  return parsed.scenario;
}

function measure(name: string, scenario: Scenario): SimFigures {
  const figures = Array.from({ length: runs + 1 }, (_, seed) => {
    const began = process.hrtime.bigint();
    const report = runScenario({ scenario, seed, app, makeSite: makeMockSite, scenarioName: name });
    const took = Number(process.hrtime.bigint() - began) / 1_000;
    if (report.verdict !== "passed") throw new Error(`${name}, seed ${seed}: ${report.verdict}`);
    return { steps: (report.counts.steps * 1_000_000) / took, times: report.simulated / took };
  }).slice(1);
  return {
    name,
    stepsPerSecond: Math.round(median(figures.map(({ steps }) => steps))),
    timesRealTime: Math.round(median(figures.map(({ times }) => times))),
  };
}

function main(): void {
  const cpu = cpus()[0]?.model ?? "unknown";
  console.log(`machine: ${cpu}, ${cpus().length} cores, node ${process.version}`);
  for (const { name, stepsPerSecond, timesRealTime } of benchSim()) {
    console.log(`${name}: ${stepsPerSecond} steps/s, ${timesRealTime} times real time`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) main();
