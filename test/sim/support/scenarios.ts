/** Scenarios as values, for tests: a quiet cluster of three, changed where a test needs it. */
import { unprotected } from "../../../src/control/protection/protection.js";
import { nodeId } from "../../../src/kernel/ids.js";
import { type Duration, micros, millis, seconds } from "../../../src/kernel/time.js";
import { detectionOf } from "../../../src/node/detection-settings.js";
import type { Timing } from "../../../src/node/settings.js";
import { ssdLatency } from "../../../src/sim/disk/latency.js";
import type { LinkModel } from "../../../src/sim/network.js";
import type { SimReport } from "../../../src/sim/report.js";
import { type RunOptions, runScenario } from "../../../src/sim/run.js";
import type { FaultAction, FaultSpec, Scenario } from "../../../src/sim/scenario.js";
import { makeToySite, toyApp } from "./site.js";

export const [a, b, c] = [nodeId("a"), nodeId("b"), nodeId("c")];

export const timing: Timing = {
  cycle: millis(20),
  cutoff: millis(10),
  heartbeat: millis(20),
  suspectAfter: millis(100),
  lease: millis(100),
  clockDriftMaxPpm: 500,
  skewMax: micros(2_500),
  sampleAgeMax: millis(40),
  latenessMax: millis(50),
  watchdog: seconds(1),
};

export const perfectNetwork: LinkModel = {
  delay: { kind: "uniform", min: micros(100), max: micros(400) },
  loss: 0,
  duplication: 0,
  reordering: 0,
  reorderDelay: micros(0),
  corruption: 0,
};

export const quiet: Scenario = {
  name: "quiet",
  nodes: [a, b, c],
  timing,
  detection: detectionOf({}, 3, timing),
  app: "toy",
  voting: new Map(),
  rereadsMax: 0,
  protection: unprotected,
  state: {
    settings: {
      group: new Map([a, b, c].map((node) => [node, "voter"])),
      ...{ heartbeat: millis(25), election: millis(100), leaseReads: false },
      ...{ stallAfter: millis(500), snapshotEvery: seconds(3_600), bytesPerHourMax: null },
    },
    disk: ssdLatency,
    writeEvery: null,
  },
  clockDriftPpm: 50,
  host: {
    wakeLatency: { kind: "uniform", min: micros(0), max: micros(200) },
    resetTime: millis(500),
  },
  network: perfectNetwork,
  furtherPaths: [],
  seed: 1,
  duration: seconds(10),
  startup: seconds(2),
  hypothesis: { faultyNodesMax: 1, settle: seconds(2) },
  faults: [],
  expectations: [],
  invariants: [
    { kind: "one-driver" },
    { kind: "voted-within", sensor: "temperature", within: 2 },
    { kind: "no-false-exclusion" },
    { kind: "no-false-suspicion" },
    { kind: "no-false-reset" },
    { kind: "availability", sensor: "temperature", share: 0.99 },
    { kind: "driven", output: "heater", share: 0.9 },
  ],
  liveness: null,
};

export const once = (
  name: string,
  action: FaultAction,
  at: Duration,
  length: Duration | null,
): FaultSpec => ({
  name,
  schedule: { kind: "once", at },
  length: length === null ? null : { min: length, max: length },
  action,
});

export function run(scenario: Scenario, options: Partial<RunOptions> = {}): SimReport {
  return runScenario({
    scenario,
    seed: scenario.seed,
    app: toyApp,
    makeSite: makeToySite,
    scenarioName: `${scenario.name}.yaml`,
    ...options,
  });
}
