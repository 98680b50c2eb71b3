/**
 * SIM-21: a voter that is wrong in one replica is named by all, never a healthy one, and it does
 * not drive; and nobody is named without it. VOTERS on whole clusters, by seed.
 */
import { describe, expect, it } from "vitest";
import { millis, seconds } from "../../src/kernel/time.js";
import type { EventPattern, Expectation, NodeTarget, Scenario } from "../../src/sim/scenario.js";
import { once, quiet, run } from "./support/scenarios.js";

const pattern = (event: EventPattern["event"], peer: string | null): EventPattern => ({
  ...{ event, sensor: null, channel: null, reason: null, path: null, direction: null },
  peer,
});

const happens = (
  event: EventPattern["event"],
  by: "all" | "any" | "target",
  within = millis(200),
): Expectation => {
  const about = event === "voter-suspected" ? "target" : null;
  return { kind: "happens", pattern: pattern(event, about), after: "bit", within, by };
};

const faulty = (node: NodeTarget, offset: number, more: Partial<Scenario> = {}): Scenario => ({
  ...quiet,
  duration: seconds(7),
  faults: [once("bit", { kind: "voter", node, sensor: "temperature", offset }, seconds(4), null)],
  ...more,
});

const lossy = { ...quiet.network, loss: 0.1, duplication: 0.05, reordering: 0.05 };
const seeds = Array.from({ length: 3 }, (_, index) => index + 1);

describe("SIM-21: the voter of whoever drives", () => {
  const expectations = [
    happens("voter-suspected", "all"),
    happens("voter-suspected", "target"),
    happens("lease-lost", "target"),
    happens("lease-acquired", "any", seconds(1)),
  ];

  it.each(seeds)("is found, and it stops driving, while all else is well: seed %i", (seed) => {
    const report = run({ ...faulty({ kind: "driver" }, 15, { expectations }), seed });
    expect(report).toMatchObject({ verdict: "passed", falseAlarms: [] });
    const [fault] = report.faults;
    // Nothing else found it before: three cycles, and the way of the samples.
    const detected = (fault?.detectedAt ?? 0) - (fault?.firedAt ?? 0);
    expect(detected).toBeGreaterThan(2 * quiet.timing.cycle);
    expect(detected).toBeLessThan(6 * quiet.timing.cycle);
  });

  it.each(seeds)("is found with every tenth frame lost, and no other: seed %i", (seed) => {
    const slower = expectations.map((expectation) => ({ ...expectation, within: seconds(2) }));
    const scenario = faulty({ kind: "driver" }, -15, { expectations: slower, network: lossy });
    const timing = { ...quiet.timing, suspectAfter: millis(200) };
    const invariants = [{ kind: "one-driver" }, { kind: "no-false-suspicion" }] as const;
    const report = run({ ...scenario, timing, invariants, seed });
    expect(report.verdict, JSON.stringify(report.expectations)).toBe("passed");
    expect(report.falseAlarms.filter(({ alarm }) => alarm === "voter-suspected")).toEqual([]);
  });

  it("is not found where it is wrong by less than the tolerance: nobody is harmed", () => {
    const never = { kind: "never", pattern: pattern("voter-suspected", null) } as const;
    const expectations = [{ ...never, from: seconds(0), until: seconds(7) }];
    const report = run(faulty({ kind: "any" }, 1.2, { expectations }));
    expect(report).toMatchObject({ verdict: "passed", falseAlarms: [] });
    expect(report.faults[0]?.effects).toBeGreaterThan(100);
  });
});

describe("SIM-21: while no voter is faulty", () => {
  const never = (event: EventPattern["event"]): Expectation => ({
    ...{ kind: "never", pattern: pattern(event, null) },
    ...{ from: seconds(0), until: seconds(12) },
  });

  it.each(seeds)("none is named, from the first cycle on, with lost frames: seed %i", (seed) => {
    const report = run({
      ...{ ...quiet, seed, duration: seconds(12), network: lossy, invariants: [] },
      expectations: [never("voter-suspected"), never("voters-differ")],
    });
    expect(report.counts.lost).toBeGreaterThan(300);
    expect(report.expectations.map(({ outcome }) => outcome)).toEqual(["met", "met"]);
  });
});

describe("REREAD-1: rereading in virtual time", () => {
  /** Each second reading of a's sensor is off the scale. */
  const spikes = { kind: "spike", by: 1_000, every: 2 } as const;
  const spiky: Scenario = {
    ...quiet,
    faults: [
      once(
        "spikes",
        {
          kind: "sensor",
          node: { kind: "any" },
          sensor: "temperature",
          fault: spikes,
        },
        seconds(3),
        null,
      ),
    ],
    expectations: [
      {
        kind: "never",
        pattern: { ...pattern("channel-excluded", null), reason: "OUT_OF_RANGE" },
        from: seconds(0),
        until: seconds(10),
      },
    ],
    invariants: [],
  };

  it("mends what is transient: the channel is not excluded", () => {
    expect(run({ ...spiky, rereadsMax: 1 }).verdict).toBe("passed");
  });

  it("and without it the channel is excluded", () => {
    expect(run({ ...spiky, rereadsMax: 0 }).verdict).toBe("failed");
  });
});
