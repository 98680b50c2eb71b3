/** When faults fire, whom they hit, and what they leave out. */
import { describe, expect, it } from "vitest";
import { millis, seconds } from "../../src/kernel/time.js";
import type { FaultAction, FaultSpec, Scenario } from "../../src/sim/scenario.js";
import { a, once, quiet, run } from "./support/scenarios.js";

const any = { kind: "any" } as const;

const repeated = (name: string, action: FaultAction, interval = seconds(2)): FaultSpec => ({
  name,
  schedule: { kind: "repeated", from: seconds(2), until: seconds(40), interval },
  length: { min: millis(200), max: seconds(2) },
  action,
});

const stormy: Scenario = {
  ...quiet,
  duration: seconds(40),
  invariants: [{ kind: "one-driver" }],
  hypothesis: { faultyNodesMax: 1, settle: seconds(1) },
  faults: [
    repeated("crash", { kind: "crash", node: any }),
    repeated("pause", { kind: "pause", node: any, inStep: false }),
    repeated("offset", {
      kind: "sensor",
      node: any,
      sensor: "temperature",
      fault: { kind: "offset", by: 5 },
    }),
  ],
};

/** The nodes that are hit at once, at most, over all firings of a run. */
function faultyAtOnce(scenario: Scenario): number {
  const faults = run(scenario).faults.map(({ targets, firedAt, endedAt }) => ({
    nodes: targets.map((target) => target.split("/")[0] as string),
    from: firedAt as number,
    to: (endedAt ?? Number.POSITIVE_INFINITY) + scenario.hypothesis.settle,
  }));
  const counts = faults.map(({ from }) => {
    const hit = faults.filter((other) => other.from <= from && from < other.to);
    return new Set(hit.flatMap(({ nodes }) => nodes)).size;
  });
  return Math.max(...counts);
}

describe("repeated faults (SIM-19)", () => {
  it("keep to the fault hypothesis, and count what they leave out", () => {
    for (const seed of [1, 2, 3]) {
      expect(faultyAtOnce({ ...stormy, seed })).toBe(1);
      const { faultsFired, faultsSkipped } = run({ ...stormy, seed }).counts;
      expect(faultsFired).toBeGreaterThan(5);
      expect(faultsSkipped).toBeGreaterThan(5);
    }
  });

  it("go beyond one node when the hypothesis allows two", () => {
    const two = { ...stormy, hypothesis: { ...stormy.hypothesis, faultyNodesMax: 2 } };
    const most = [1, 2, 3].map((seed) => faultyAtOnce({ ...two, seed }));
    expect(Math.max(...most)).toBe(2);
  });

  it("come about as often as their interval says", () => {
    const tick = repeated("tick", { kind: "clock-rate", node: any, ratePpm: 300 }, millis(500));
    const counts = [1, 2, 3, 4].map((seed) => {
      const { faultsFired, faultsSkipped } = run({ ...stormy, seed, faults: [tick] }).counts;
      return faultsFired + faultsSkipped;
    });
    const total = counts.reduce((sum, count) => sum + count, 0);
    // 38 s at two a second, four times: 304 in the mean, with a deviation of 17.
    expect(Math.abs(total - 304)).toBeLessThan(4 * 17);
  });
});

describe("a fault aimed at the driver", () => {
  it("hits whoever holds the lease when it fires, each time", () => {
    const pause = (name: string, at: number): FaultSpec =>
      once(
        name,
        { kind: "pause", node: { kind: "driver" }, inStep: false },
        seconds(at),
        millis(400),
      );
    const report = run({
      ...quiet,
      duration: seconds(12),
      faults: [pause("one", 4), pause("two", 8)],
    });
    expect(report.verdict).toBe("passed");
    const [one, two] = report.faults;
    expect(one?.takenOverAt).not.toBeNull();
    // Another drives since, so the second pause hits another.
    expect(two?.targets).not.toEqual(one?.targets);
  });

  it("waits until somebody drives", () => {
    const early = once("early", { kind: "crash", node: { kind: "driver" } }, millis(1), seconds(1));
    const [fault] = run({ ...quiet, faults: [early] }).faults;
    expect(fault?.firedAt).toBeGreaterThan(1_000);
    expect(fault?.effects).toBe(1);
  });
});

describe("a reset by the watchdog", () => {
  it("ends what had befallen the program: the pause that led to it is over", () => {
    const pause = once(
      "long",
      { kind: "pause", node: { kind: "node", node: a }, inStep: false },
      seconds(4),
      seconds(60),
    );
    const report = run({ ...quiet, duration: seconds(12), faults: [pause] });
    expect(report.counts.watchdogResets).toBe(1);
    expect(report.faults[0]?.endedAt).toBeLessThan(5_100_000);
    expect(report.faults[0]?.recoveredAt).not.toBeNull();
  });
});
