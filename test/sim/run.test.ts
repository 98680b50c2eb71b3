/**
 * Whole runs with the real node: verdicts, determinism, and a planted bug that is found by its
 * seed.
 */
import { describe, expect, it } from "vitest";
import type { Instant } from "../../src/kernel/time.js";
import { micros, millis, seconds } from "../../src/kernel/time.js";
import type { NodeOutput } from "../../src/node/ports.js";
import type { FaultSpec, Scenario } from "../../src/sim/scenario.js";
import { Sweep } from "../../src/sim/sweep.js";
import { memoryless } from "../../src/voting/memoryless.js";
import { a, b, c, once, quiet, run } from "./support/scenarios.js";
import { ToyMachine } from "./support/toy-machine.js";

const node = (id: typeof a) => ({ kind: "node", node: id }) as const;
const driver = { kind: "driver" } as const;
const all = { kind: "all" } as const;
const stuck = { kind: "stuck", value: null } as const;

const stuckSensor = once(
  "stuck",
  { kind: "sensor", node: node(a), sensor: "temperature", fault: stuck },
  seconds(3),
  seconds(5),
);

describe("a run (SIM-12)", () => {
  it("of a quiet cluster passes: votes all the time, one driver, no alarm", () => {
    const report = run(quiet);
    expect(report).toMatchObject({
      verdict: "passed",
      violations: [],
      invalid: [],
      falseAlarms: [],
      availability: { temperature: 1 },
      simulated: 10_000_000,
    });
    expect(report.driven["heater"]).toBeGreaterThan(0.99);
    expect(report.counts.leases).toBe(1);
    expect(report.replay).toBe("holdfast sim quiet.yaml --seed 1");
  });

  it("with the same seed gives the same bytes, with another seed other ones (SIM-13)", () => {
    const lossy: Scenario = {
      ...quiet,
      network: { ...quiet.network, loss: 0.05, duplication: 0.02 },
      faults: [stuckSensor, once("crash", { kind: "crash", node: driver }, seconds(4), seconds(1))],
    };
    const first = JSON.stringify(run(lossy));
    expect(JSON.stringify(run(lossy))).toBe(first);
    expect(JSON.stringify(run({ ...lossy, seed: 2 }))).not.toBe(first);
  });

  it("tells when a fault fired, took effect, was noticed by one and by all, and was over", () => {
    const report = run({ ...quiet, duration: seconds(14), faults: [stuckSensor] });
    const [fault] = report.faults;
    expect(fault).toMatchObject({ name: "stuck", targets: ["a/temperature"], firedAt: 3_000_000 });
    expect(fault?.endedAt).toBe(8_000_000);
    const times = [fault?.firedAt, fault?.effectAt, fault?.detectedAt, fault?.isolatedAt];
    expect(times.every((time, index) => index === 0 || (time ?? 0) > (times[index - 1] ?? 0))).toBe(
      true,
    );
    expect(fault?.recoveredAt).toBeGreaterThan(8_000_000);
    expect(report.falseAlarms).toEqual([]);
  });

  it("tells who took over from a driver that crashed, and when all was well again", () => {
    const crash = once("crash", { kind: "crash", node: driver }, seconds(4), seconds(1));
    const report = run({ ...quiet, faults: [crash] });
    expect(report.verdict).toBe("passed");
    const [fault] = report.faults;
    expect(fault?.takenOverAt).toBeGreaterThan(4_000_000);
    expect(fault?.takenOverAt).toBeLessThan(4_300_000);
    expect(fault?.recoveredAt).toBeGreaterThan(5_000_000);
  });
});

describe("a fault that does nothing (SIM-14)", () => {
  it.each<[string, FaultSpec]>([
    [
      "a partition between a node and itself",
      once(
        "idle",
        {
          kind: "partition",
          from: { kind: "one", target: node(a) },
          to: { kind: "one", target: node(a) },
          oneWay: false,
          path: null,
        },
        seconds(3),
        seconds(1),
      ),
    ],
    [
      "a clock at the rate that it has",
      once("idle", { kind: "clock-rate", node: node(a), ratePpm: 0 }, seconds(3), seconds(1)),
    ],
    [
      "a network fault without strength",
      once(
        "idle",
        {
          kind: "network",
          from: all,
          to: all,
          oneWay: false,
          path: null,
          model: {
            loss: 0,
            duplication: 0,
            reordering: 0,
            reorderDelay: micros(0),
            corruption: 0,
            delay: null,
          },
        },
        seconds(3),
        seconds(1),
      ),
    ],
  ])("makes the run invalid, not passed: %s", (_, fault) => {
    const report = run({ ...quiet, clockDriftPpm: 0, faults: [fault] });
    expect(report.verdict).toBe("invalid");
    expect(report.invalid).toEqual(['the fault "idle" never took effect']);
  });

  it("a crash of a node that is down already makes the run invalid", () => {
    const faults = [
      once("first", { kind: "crash", node: node(b) }, seconds(3), null),
      once("second", { kind: "crash", node: node(b) }, seconds(5), null),
    ];
    const report = run({ ...quiet, faults });
    expect(report.invalid).toEqual(['the fault "second" never took effect']);
  });

  it("a fault that waits in vain for a driver never fires", () => {
    const faults = [
      once("dark b", { kind: "crash", node: node(b) }, seconds(3), null),
      once("dark c", { kind: "crash", node: node(c) }, seconds(3), null),
      once("of the driver", { kind: "pause", node: driver, inStep: false }, seconds(6), millis(10)),
    ];
    const report = run({ ...quiet, invariants: [{ kind: "one-driver" }], faults });
    expect(report).toMatchObject({ verdict: "invalid" });
    expect(report.invalid).toEqual(['the fault "of the driver" never fired']);
  });

  it("a repeated fault may stay away by chance; in a whole sweep it may not", () => {
    const rare: FaultSpec = {
      name: "rare",
      schedule: {
        kind: "repeated",
        from: seconds(2),
        until: seconds(10),
        interval: seconds(3_600),
      },
      length: { min: seconds(1), max: seconds(1) },
      action: { kind: "crash", node: node(a) },
    };
    const scenario = { ...quiet, faults: [rare] };
    const report = run(scenario);
    expect(report.verdict).toBe("passed");
    const sweep = new Sweep("quiet", 1, ["rare"]);
    sweep.add(report);
    expect(sweep.result()).toMatchObject({ verdict: "invalid", passed: 1, idleFaults: ["rare"] });
  });
});

describe("expectations (SIM-15)", () => {
  const pattern = {
    event: "channel-excluded",
    sensor: null,
    channel: "target",
    peer: null,
    reason: null,
    path: null,
    direction: null,
  } as const;
  const expecting = (within: number, by: "any" | "all" | "target"): Scenario => ({
    ...quiet,
    faults: [stuckSensor],
    expectations: [{ kind: "happens", pattern, after: "stuck", within: micros(within), by }],
  });

  it("are met in time, and the longest wait is told", () => {
    const report = run(expecting(5_000_000, "all"));
    expect(report.verdict).toBe("passed");
    expect(report.expectations[0]).toMatchObject({ outcome: "met" });
    expect(report.expectations[0]?.longestWait).toBeGreaterThan(0);
  });

  it("are unmet when the event comes too late: the run has failed", () => {
    const report = run(expecting(30_000, "any"));
    expect(report.verdict).toBe("failed");
    expect(report.expectations[0]?.outcome).toBe("unmet");
  });

  it("cannot be judged when the run ends before the deadline: the run is invalid", () => {
    const scenario = expecting(60_000_000, "any");
    const healed = { ...stuckSensor, schedule: { kind: "once", at: millis(9_900) } } as const;
    const report = run({ ...scenario, faults: [healed] });
    expect(report).toMatchObject({ verdict: "invalid" });
    expect(report.invalid[0]).toContain("the run ended before the deadline");
  });

  it("of an event that must never come fail when it comes, and only in their time", () => {
    const never = (from: number, until: number): Scenario => ({
      ...quiet,
      faults: [stuckSensor],
      expectations: [
        {
          kind: "never",
          pattern: { ...pattern, channel: null },
          from: seconds(from),
          until: seconds(until),
        },
      ],
    });
    expect(run(never(2, 10)).verdict).toBe("failed");
    expect(run(never(2, 3)).verdict).toBe("passed");
  });
});

/** The bug: it believes the first channel, whatever the others say. */
const firstChannel = memoryless({
  name: "first-channel",
  support: "continuity",
  exact: false,
  scratch: () => null,
  valueOf: ({ values, count }) => (count === 0 ? Number.NaN : (values[0] as number)),
});

describe("a planted bug (SIM-16)", () => {
  const scenario: Scenario = {
    ...quiet,
    duration: seconds(8),
    invariants: [{ kind: "voted-within", sensor: "temperature", within: 2 }],
    faults: [
      {
        name: "offset",
        schedule: { kind: "repeated", from: seconds(2), until: seconds(8), interval: seconds(4) },
        length: { min: seconds(1), max: seconds(2) },
        action: {
          kind: "sensor",
          node: { kind: "any" },
          sensor: "temperature",
          fault: { kind: "offset", by: 15 },
        },
      },
    ],
  };
  const voting = new Map([["temperature", { voter: firstChannel }]]);
  const seeds = Array.from({ length: 12 }, (_, index) => index + 1);

  it("is found by a sweep, and replayed from its seed with the same words", () => {
    const sweep = new Sweep("planted", 1, ["offset"]);
    for (const seed of seeds) sweep.add(run({ ...scenario, seed }, { voting }));
    const { verdict, bad } = sweep.result();
    expect(verdict).toBe("failed");
    expect(bad.length).toBeGreaterThan(0);
    for (const { seed, reasons } of bad.slice(0, 2)) {
      expect(reasons[0]).toContain("voted-within 2 (temperature)");
      const again = run({ ...scenario, seed }, { voting });
      expect(again.verdict).toBe("failed");
      expect(reasons[0]).toContain(again.violations[0]?.message);
    }
  });

  it("is not there with the real voter: all the same seeds pass", () => {
    for (const seed of seeds) expect(run({ ...scenario, seed }).verdict).toBe("passed");
  });
});

describe("two replicas that both drive (SIM-17)", () => {
  const drive = (now: Instant): readonly NodeOutput[] => [
    { kind: "write", output: "heater", value: 1, until: (now + 15_000) as Instant, frame: null },
  ];
  const drivenBy = (nodes: readonly string[]) =>
    run(
      { ...quiet, duration: seconds(3), invariants: [{ kind: "one-driver" }] },
      {
        makeMachine: (_, birth) =>
          new ToyMachine(birth, millis(10), (now) =>
            nodes.includes(birth.node) ? drive(now) : [],
          ),
      },
    );

  it("are caught", () => {
    const report = drivenBy(["a", "b"]);
    expect(report.verdict).toBe("failed");
    expect(report.violations[0]?.message).toBe("a and b drive heater at once");
  });

  it("one of them alone is not", () => {
    expect(drivenBy(["b"]).verdict).toBe("passed");
  });
});

describe("the liveness phase (SIM-18)", () => {
  const cutAll = once(
    "cut",
    { kind: "partition", from: all, to: all, oneWay: false, path: null },
    seconds(3),
    null,
  );
  const liveness = { at: seconds(7), core: [a, b], within: seconds(2) };
  const invariants = [{ kind: "one-driver" }] as const;

  it("heals the core, which then makes progress", () => {
    const report = run({ ...quiet, duration: seconds(13), invariants, faults: [cutAll], liveness });
    expect(report.verdict).toBe("passed");
  });

  it("fails where the core does not: a core that cannot be a majority", () => {
    const dead = [b, c].map((id) =>
      once(`dark ${id}`, { kind: "crash", node: node(id) }, seconds(3), null),
    );
    const alone = { ...liveness, core: [a] };
    const report = run({
      ...quiet,
      duration: seconds(13),
      invariants,
      faults: dead,
      liveness: alone,
    });
    expect(report.verdict).toBe("failed");
    expect(report.violations[0]?.checker).toBe("progress of a");
  });
});
