/** Each checker catches a planted violation, and is silent without one. */
import { describe, expect, it } from "vitest";
import { nodeId } from "../../../src/kernel/ids.js";
import { micros, millis } from "../../../src/kernel/time.js";
import { Availability } from "../../../src/sim/checkers/availability.js";
import type { Checker } from "../../../src/sim/checkers/checker.js";
import { Driven } from "../../../src/sim/checkers/driven.js";
import { MachineThrows } from "../../../src/sim/checkers/machine-throws.js";
import { NoFalseExclusion } from "../../../src/sim/checkers/no-false-exclusion.js";
import { NoFalseReset } from "../../../src/sim/checkers/no-false-reset.js";
import { NoFalseSuspicion } from "../../../src/sim/checkers/no-false-suspicion.js";
import { OneDriver } from "../../../src/sim/checkers/one-driver.js";
import { Progress } from "../../../src/sim/checkers/progress.js";
import { VotedWithin } from "../../../src/sim/checkers/voted-within.js";
import { VotesAgree } from "../../../src/sim/checkers/votes-agree.js";
import type { Observation } from "../../../src/sim/observation.js";
import { trueTime } from "../../../src/sim/true-time.js";
import { excluded, facts, suspected, suspectedVoter, voted, wrote } from "../support/facts.js";

const end = trueTime(10_000_000);

function watch(checker: Checker, observations: readonly Observation[]) {
  for (const observation of observations) checker.observe(observation);
  return checker.finish(end);
}

const wentDown = (at: number, node: string, kind: "watchdog" | "crash"): Observation => ({
  at: trueTime(at),
  node: nodeId(node),
  kind: "went-down",
  cause: { kind },
});

describe("one-driver (CHECK-1)", () => {
  it("catches a write while another board drives, and names both", () => {
    const result = watch(new OneDriver(facts({ drivers: ["a", "b"] })), [
      wrote(5, "b"),
      wrote(6, "a"),
    ]);
    expect(result).toMatchObject({
      count: 2,
      first: { at: 5, message: "a and b drive heater at once" },
    });
  });

  it("is silent while one board drives, however often it writes", () => {
    expect(
      watch(new OneDriver(facts({ drivers: ["a"] })), [wrote(5, "a"), wrote(6, "a")]),
    ).toBeNull();
  });
});

describe("voted-within (CHECK-2)", () => {
  const options = { sensor: "temperature", within: 2 };

  it("catches a vote too far from the truth", () => {
    const checker = new VotedWithin(facts({ truth: 20 }), options);
    const result = watch(checker, [voted(7, "a", 22.001)]);
    expect(result?.first.message).toBe("a voted temperature = 22.001 in cycle 1; the truth is 20");
  });

  it("catches it also while one channel of three is faulty", () => {
    const checker = new VotedWithin(
      facts({ truth: 20, faultyChannels: ["b/temperature"] }),
      options,
    );
    expect(watch(checker, [voted(7, "a", 25)])).not.toBeNull();
  });

  it.each([
    ["a vote near enough", { truth: 20 }, voted(7, "a", 22)],
    ["no value at all", { truth: 20 }, voted(7, "a", null)],
    ["a vote of a faulty node", { truth: 20, faultyNodes: ["a"] }, voted(7, "a", 99)],
    [
      "a vote while two channels of three are faulty",
      { truth: 20, faultyChannels: ["b/temperature"], faultyNodes: ["c"] },
      voted(7, "a", 99),
    ],
  ])("is silent about %s", (_, made, observation) => {
    expect(watch(new VotedWithin(facts(made), options), [observation])).toBeNull();
  });
});

describe("votes-agree (CHECK-3)", () => {
  const options = { sensor: "temperature", within: 2 };

  it("catches two replicas that vote one cycle too far apart", () => {
    const checker = new VotesAgree(facts(), options);
    const result = watch(checker, [voted(5, "a", 20, 8), voted(6, "b", 22.5, 8)]);
    expect(result?.first.message).toContain("a voted 20 and b 22.5 for temperature in cycle 8");
  });

  it("is silent about other cycles, and about faulty replicas", () => {
    const checker = new VotesAgree(facts({ faultyNodes: ["c"] }), options);
    expect(
      watch(checker, [voted(5, "a", 20, 8), voted(6, "b", 30, 9), voted(6, "c", 99, 8)]),
    ).toBeNull();
  });
});

describe("no false alarms (CHECK-4)", () => {
  it("catches the exclusion of a healthy channel, and the suspicion of a healthy peer", () => {
    expect(watch(new NoFalseExclusion(facts()), [excluded(5, "a", "b/temperature")])?.count).toBe(
      1,
    );
    expect(watch(new NoFalseSuspicion(facts()), [suspected(5, "a", "b")])?.count).toBe(1);
  });

  it.each([
    ["the channel is faulty", { faultyChannels: ["b/temperature"] }],
    ["its node is faulty", { faultyNodes: ["b"] }],
    ["the accuser is faulty", { faultyNodes: ["a"] }],
  ])("is silent when %s", (_, made) => {
    const observation = excluded(5, "a", "b/temperature");
    expect(watch(new NoFalseExclusion(facts(made)), [observation])).toBeNull();
  });

  it.each([
    ["the accused is faulty", { faultyNodes: ["b"] }],
    ["the accuser is faulty", { faultyNodes: ["a"] }],
  ])("suspects nobody falsely when %s", (_, made) => {
    const suspicions = [suspected(5, "a", "b"), suspectedVoter(6, "a", "b")];
    expect(watch(new NoFalseSuspicion(facts(made)), suspicions)).toBeNull();
  });

  it("catches the suspicion of a healthy voter, also of one's own", () => {
    const result = watch(new NoFalseSuspicion(facts()), [
      suspectedVoter(5, "a", "b"),
      suspectedVoter(6, "a", "a"),
    ]);
    expect(result).toMatchObject({
      count: 2,
      first: { at: 5, message: "a suspected the voter of b, which is healthy" },
    });
  });

  it("catches a reset by the watchdog that no fault explains, and no other", () => {
    const wasHit = (node: string) => node === "b";
    const bites = [
      wentDown(5, "a", "watchdog"),
      wentDown(6, "b", "watchdog"),
      wentDown(7, "c", "crash"),
    ];
    const result = watch(new NoFalseReset(wasHit), bites);
    expect(result).toMatchObject({ count: 1, first: { at: 5 } });
  });
});

describe("machine-throws (CHECK-5)", () => {
  it("catches what a machine threw, and is silent about a crash", () => {
    const cause = { kind: "threw", message: "a bug" } as const;
    const threw: Observation = { at: trueTime(5), node: nodeId("a"), kind: "went-down", cause };
    expect(watch(new MachineThrows(), [threw])?.first.message).toBe("a: a bug");
    expect(watch(new MachineThrows(), [wentDown(5, "a", "crash")])).toBeNull();
  });
});

describe("availability (CHECK-6)", () => {
  const options = {
    sensor: "temperature",
    share: 0.9,
    startup: trueTime(0),
    cycle: millis(500),
  };
  /** Votes each half second but from `gapFrom` to `gapTo`: each counts for a second. */
  const votes = (gapFrom: number, gapTo: number): Observation[] =>
    Array.from({ length: 20 }, (_, index) => index * 500_000)
      .filter((at) => at < gapFrom || at >= gapTo)
      .map((at) => voted(at, "a", 20));

  it("is the exact share of time in which a vote is less than two cycles old", () => {
    const whole = new Availability(options);
    expect(watch(whole, votes(0, 0))).toBeNull();
    expect(whole.shareAt(end)).toBe(1);
    const gap = new Availability(options);
    // The last vote before the gap is at 3.5 s and counts until 4.5 s; the next is at 6 s.
    expect(watch(gap, votes(4_000_000, 6_000_000))).not.toBeNull();
    expect(gap.shareAt(end)).toBe(0.85);
  });

  it("does not count votes without a value", () => {
    const checker = new Availability(options);
    expect(watch(checker, [voted(0, "a", null), voted(1, "b", null)])?.first.message).toContain(
      "0.000000",
    );
  });

  it("does not ask for any before the end of the start-up", () => {
    const checker = new Availability({ ...options, startup: trueTime(5_000_000) });
    expect(watch(checker, votes(0, 5_000_000))).toBeNull();
    expect(checker.shareAt(end)).toBe(1);
  });
});

describe("driven (CHECK-7)", () => {
  const options = { output: "heater", share: 0.5, startup: trueTime(100) };

  it("catches an output that nobody drives for too long", () => {
    const drivers: string[] = [];
    const checker = new Driven(facts({ drivers }), options);
    for (let at = 0; at < 300; at += 10) {
      if (at === 200) drivers.push("a");
      checker.sample(trueTime(at));
    }
    // Of the 20 samples from 100 on, 10.
    expect(checker.share).toBe(0.5);
    expect(checker.finish(end)).toBeNull();
    drivers.pop();
    checker.sample(trueTime(300));
    expect(checker.finish(end)?.first.message).toContain("heater was driven for 0.476190");
  });
});

describe("progress (CHECK-8)", () => {
  const core = [nodeId("a"), nodeId("b")];
  const checker = () =>
    new Progress({
      from: trueTime(5_000_000),
      within: micros(1_000_000),
      core,
      sensors: ["temperature"],
    });
  const each = (nodes: readonly string[], drive: boolean): Observation[] =>
    [5, 6, 7, 8, 9].flatMap((second) => [
      ...nodes.map((node) => voted(second * 1_000_000 + 100, node, 20)),
      ...(drive ? [wrote(second * 1_000_000 + 200, "c")] : []),
    ]);

  it("is content when in each stretch all of the core vote and somebody drives", () => {
    expect(watch(checker(), each(["a", "b"], true))).toBeNull();
  });

  it("catches a core node that does not vote, and an output that nobody drives", () => {
    const silent = watch(checker(), each(["a", "c"], true));
    expect(silent).toMatchObject({ count: 5 });
    expect(silent?.first.message).toContain("a vote of temperature by b was missing");
    expect(watch(checker(), each(["a", "b"], false))?.first.message).toContain(
      "a driver was missing",
    );
  });

  it("catches progress that stops later", () => {
    const result = watch(checker(), each(["a", "b"], true).slice(0, 6));
    expect(result).toMatchObject({ first: { at: 8_000_000 }, count: 3 });
  });

  it("does not count what came before the core healed", () => {
    expect(watch(checker(), [voted(1, "a", 20), voted(1, "b", 20), wrote(1, "a")])?.count).toBe(5);
  });
});
