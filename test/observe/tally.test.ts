import { describe, expect, it } from "vitest";
import { nodeId } from "../../src/kernel/ids.js";
import { instant, micros } from "../../src/kernel/time.js";
import type { NodeEvent } from "../../src/node/events.js";
import { recentEventsMax, Tally } from "../../src/observe/tally.js";
import type { Verdict } from "../../src/voting/voter.js";
import { evidenceOf } from "../support/evidence.js";

const [pi1, pi2] = [nodeId("pi-1"), nodeId("pi-2")];

const verdict = (value: number | null): Verdict => ({
  value,
  status: value === null ? "no-majority" : "ok",
  agreeing: [],
  dissenting: [],
  excluded: [],
  spread: 0,
  caveats: [],
  confidence: 1,
  age: null,
});

const voted = (cycle: number, value: number | null = 20): NodeEvent => ({
  kind: "voted",
  cycle,
  sensor: "temperature",
  verdict: verdict(value),
  latency: micros(0),
});

describe("the tally of a cluster's votes", () => {
  it("counts a cycle once, whoever reports it (TALLY-1)", () => {
    const tally = new Tally(0.1);
    tally.see({ atS: 1, node: pi1, event: voted(10) });
    tally.see({ atS: 1.01, node: pi2, event: voted(10) });
    tally.see({ atS: 1.1, node: pi2, event: voted(11) });
    expect(tally.votes(1.2)).toMatchObject({ cycles: 2, voted: 2, missed: 0 });
    expect(tally.firstVoteS).toBe(1);
  });

  it("counts a cycle without a value as missed, unless another replica had one", () => {
    const tally = new Tally(0.1);
    tally.see({ atS: 1, node: pi1, event: voted(10) });
    tally.see({ atS: 1.1, node: pi1, event: voted(11, null) });
    tally.see({ atS: 1.2, node: pi1, event: voted(12, null) });
    tally.see({ atS: 1.2, node: pi2, event: voted(12) });
    expect(tally.votes(1.2)).toMatchObject({ cycles: 3, voted: 2, missed: 1 });
    expect(tally.votes(1.2).longestGapS).toBeCloseTo(0.2);
    tally.see({ atS: 1.3, node: pi2, event: voted(11) });
    expect(tally.votes(1.2)).toMatchObject({ cycles: 3, voted: 3, missed: 0 });
  });
});

describe("the tally of a cluster that falls silent", () => {
  const silentFrom = (atS: number): Tally => {
    const tally = new Tally(0.1);
    for (let cycle = 0; cycle <= 10; cycle += 1) {
      tally.see({ atS: atS - 1 + cycle / 10, node: pi1, event: voted(cycle) });
    }
    return tally;
  };

  it("counts what it owes until now as missed (TALLY-2)", () => {
    const votes = silentFrom(5).votes(15);
    expect(votes.voted).toBe(11);
    expect(votes.missed).toBeGreaterThan(90);
    expect(votes.missed).toBeLessThan(100);
    expect(votes.cycles).toBe(votes.voted + votes.missed);
    expect(votes.longestGapS).toBeCloseTo(10);
  });

  it("does not count what is only on its way", () => {
    const votes = silentFrom(5).votes(5.25);
    expect(votes).toMatchObject({ cycles: 11, voted: 11, missed: 0 });
    expect(votes.longestGapS).toBeCloseTo(0.1);
  });

  it("owes nothing before the first vote", () => {
    const none = { cycles: 0, voted: 0, missed: 0, longestGapS: 0 };
    expect(new Tally(0.1).votes(100)).toEqual(none);
  });
});

describe("the tally of a fault", () => {
  const excluded: NodeEvent = {
    kind: "channel-excluded",
    sensor: "temperature",
    channel: "pi-2/temperature",
    reason: "STUCK",
    fault: { kind: "value", persistence: "transient" },
  };
  const readmitted: NodeEvent = {
    kind: "channel-readmitted",
    sensor: "temperature",
    channel: "pi-2/temperature",
    fault: { kind: "value", persistence: "transient" },
  };

  it("follows a sensor from its fault to its return (TALLY-3)", () => {
    const tally = new Tally(0.1);
    const channel = "pi-2/temperature";
    const record = tally.faultSet(2, { kind: "sensor", channel, fault: "stuck" });
    tally.see({ atS: 3, node: pi1, event: excluded });
    tally.see({ atS: 3.5, node: pi1, event: readmitted });
    expect(record).toMatchObject({ detectedS: 3, recoveredS: null });
    tally.see({ atS: 3.6, node: pi1, event: excluded });
    expect([...tally.excluded]).toEqual([channel]);
    tally.faultCleared(4, record);
    tally.see({ atS: 6, node: pi1, event: readmitted });
    expect(record).toMatchObject({ clearedS: 4, recoveredS: 6 });
    expect(tally.excluded.size).toBe(0);
  });

  it("does not take another channel's exclusion for it", () => {
    const tally = new Tally(0.1);
    const record = tally.faultSet(2, { kind: "sensor", channel: "pi-1/temperature", fault: "x" });
    tally.see({ atS: 3, node: pi1, event: excluded });
    expect(record.detectedS).toBeNull();
  });

  it("does not take for it what came long after it was cleared (TALLY-3)", () => {
    const tally = new Tally(0.1);
    const channel = "pi-2/temperature";
    const sensor = tally.faultSet(2, { kind: "sensor", channel, fault: "stuck" });
    const kill = tally.faultSet(2, { kind: "kill", node: pi2, drove: true });
    tally.faultCleared(3, sensor);
    tally.faultCleared(3, kill);
    tally.see({ atS: 8, node: pi1, event: excluded });
    tally.see({
      atS: 8,
      node: pi1,
      event: { kind: "lease-acquired", until: instant(1), token: 1 },
    });
    tally.see({ atS: 9, node: pi1, event: readmitted });
    tally.see({ atS: 9, node: pi1, event: { kind: "peer-trusted", peer: pi2 } });
    const nothing = { detectedS: null, takenOverS: null, recoveredS: null };
    expect(sensor).toMatchObject(nothing);
    expect(kill).toMatchObject(nothing);
  });

  it("takes a sensor that was re-admitted while broken for recovered once it is mended", () => {
    const tally = new Tally(0.1);
    const channel = "pi-2/temperature";
    const record = tally.faultSet(2, { kind: "sensor", channel, fault: "stuck" });
    tally.see({ atS: 3, node: pi1, event: excluded });
    tally.see({ atS: 4, node: pi1, event: readmitted });
    expect(record.recoveredS).toBeNull();
    tally.faultCleared(5, record);
    expect(record.recoveredS).toBe(5);
  });

  it("counts a takeover when another one drives than before", () => {
    const tally = new Tally(0.1);
    for (const node of [pi1, pi1, pi2, pi1]) {
      tally.see({ atS: 1, node, event: { kind: "lease-acquired", until: instant(1), token: 1 } });
    }
    expect(tally.takeovers).toBe(2);
  });

  it("follows a killed driver to the takeover by another", () => {
    const tally = new Tally(0.1);
    tally.see({
      atS: 1,
      node: pi1,
      event: { kind: "lease-acquired", until: instant(1), token: 1 },
    });
    expect(tally.driver).toBe(pi1);
    const record = tally.faultSet(2, { kind: "kill", node: pi1, drove: true });
    expect(tally.driver).toBeNull();
    tally.see({
      atS: 2.1,
      node: pi2,
      event: { kind: "lease-acquired", until: instant(1), token: 1 },
    });
    const suspected: NodeEvent = { kind: "peer-suspected", peer: pi1, evidence: evidenceOf(1) };
    tally.see({ atS: 2.2, node: pi2, event: suspected });
    tally.see({ atS: 5, node: pi2, event: { kind: "peer-trusted", peer: pi1 } });
    expect(record).toMatchObject({ takenOverS: 2.1, detectedS: 2.2, recoveredS: 5 });
    expect(tally.driver).toBe(pi2);
  });

  it("keeps the newest events for people, and no more than the maximum (TALLY-4)", () => {
    const tally = new Tally(0.1);
    for (let cycle = 0; cycle < recentEventsMax + 5; cycle += 1) {
      tally.see({ atS: cycle, node: pi1, event: { kind: "desynchronised", cycle } });
    }
    expect(tally.recent).toHaveLength(recentEventsMax);
    expect(tally.recent[0]?.atS).toBe(5);
  });
});
