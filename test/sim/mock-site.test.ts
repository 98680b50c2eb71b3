/**
 * The mock plant in a simulation: on true time, under clocks that drift. Two oracles of one truth.
 */
import { describe, expect, it } from "vitest";
import { Site as MockPlantSite } from "../../boards/mock/site.js";
import { app } from "../../examples/boiler/app.js";
import { type Duration, type Instant, micros, millis, seconds } from "../../src/kernel/time.js";
import { makeMockSite } from "../../src/sim/mock-site.js";
import type { RunOptions } from "../../src/sim/run.js";
import type { Scenario } from "../../src/sim/scenario.js";
import { trueTime } from "../../src/sim/true-time.js";
import { once, quiet, run } from "./support/scenarios.js";
import { ToyMachine } from "./support/toy-machine.js";

/** Runs on the mock site, and keeps the site for the test to look at. */
function runOnMock(scenario: Scenario, options: Partial<RunOptions> = {}) {
  const kept: MockPlantSite[] = [];
  const makeSite: RunOptions["makeSite"] = (settings, dice) => {
    const site = makeMockSite(settings, dice);
    if (site.plant instanceof MockPlantSite) kept.push(site.plant);
    return site;
  };
  const report = run(scenario, { app, makeSite, ...options });
  const [plant] = kept;
  if (plant === undefined) throw new Error("no mock plant");
  return { report, plant };
}

const driving = (period: Duration, lasts: number): Partial<RunOptions> => ({
  makeMachine: (_, birth) =>
    new ToyMachine(birth, period, (now) => [
      { kind: "write", output: "heater", value: 1, until: (now + lasts) as Instant, frame: null },
    ]),
});

const bare: Scenario = {
  ...quiet,
  duration: seconds(2),
  invariants: [{ kind: "one-driver" }],
};

describe("the mock plant (SIM-20)", () => {
  it("is heated by the cluster to its set point, though the clocks drift", () => {
    const { report, plant } = runOnMock({ ...quiet, duration: seconds(30), clockDriftPpm: 400 });
    expect(report.violations.filter(({ checker }) => checker !== "no-false-exclusion")).toEqual([]);
    expect(plant.truth(trueTime(30_000_000), "temperature")).toBeGreaterThan(58);
    expect(plant.truth(trueTime(30_000_000), "temperature")).toBeLessThan(62);
  });

  it("knows of two drivers by itself, and says what the checker says", () => {
    const { report, plant } = runOnMock(bare, driving(millis(10), 9_000));
    expect(report.verdict).toBe("failed");
    expect(plant.wiring.conflictCount).toBeGreaterThan(0);
  });

  it("knows of none where one replica drives after the other, through crashes and pauses", () => {
    const driver = { kind: "driver" } as const;
    const faults = [
      once("pause", { kind: "pause", node: driver, inStep: true }, seconds(3), millis(300)),
      once("crash", { kind: "crash", node: driver }, seconds(6), seconds(1)),
    ];
    const { report, plant } = runOnMock({ ...bare, duration: seconds(12), faults });
    expect(report.verdict).toBe("passed");
    expect(report.counts.leases).toBeGreaterThanOrEqual(3);
    expect(plant.wiring.conflictCount).toBe(0);
  });
});

describe("a slow clock", () => {
  it("lets a command last longer in true time, and the board with it", () => {
    const slow: Scenario = { ...bare, nodes: quiet.nodes.slice(0, 1), clockDriftPpm: 0 };
    const half = once(
      "half speed",
      { kind: "clock-rate", node: { kind: "any" }, ratePpm: -500_000 },
      millis(500),
      null,
    );
    const until = micros(1_000_000);
    let wrote = false;
    const options: Partial<RunOptions> = {
      makeMachine: (_, birth) =>
        new ToyMachine(birth, millis(250), (now, beat) => {
          if (beat > 1) return [{ kind: "pet" }];
          wrote = true;
          return [
            {
              kind: "write",
              output: "heater",
              value: 1,
              until: (now + until) as Instant,
              frame: null,
            },
          ];
        }),
    };
    const { plant } = runOnMock({ ...slow, faults: [half], duration: seconds(4) }, options);
    expect(wrote).toBe(true);
    // Written before 0.5 s; at least 0.75 s is left then, and takes twice as long.
    const temperature = (at: number): number => plant.truth(trueTime(at), "temperature");
    expect(temperature(1_900_000)).toBeGreaterThan(temperature(1_800_000));
    expect(temperature(2_500_000)).toBeLessThan(temperature(2_450_000));
    expect(plant.wiring.value(4_000_000, "heater")).toBe(0);
  });
});
