import { describe, expect, it } from "vitest";
import type { DetectorInput, DetectorOutput } from "../../../src/detection/detector.js";
import { attemptsMax } from "../../../src/detection/evidence.js";
import { ackBody, pingBody } from "../../../src/detection/ping-ack/messages.js";
import { PingAckDetector, pingAck } from "../../../src/detection/ping-ack/ping-ack.js";
import { type NodeId, nodeId } from "../../../src/kernel/ids.js";
import { timeout } from "../../../src/kernel/machine.js";
import { Prng } from "../../../src/kernel/prng.js";
import { type Instant, instant, micros, millis } from "../../../src/kernel/time.js";
import { overCrashGrid, rangeOf } from "../support/crash-grid.js";
import { always, usual } from "../support/detector-fleet.js";

const [self, two, three] = ["pi-1", "pi-2", "pi-3"].map(nodeId) as [NodeId, NodeId, NodeId];
const ms = (count: number): Instant => instant(count * 1_000);

function detector(ackTimeout = 10, peers = [two]): PingAckDetector {
  const times = { ...usual, period: millis(10), ackTimeout: millis(ackTimeout) };
  return new PingAckDetector({ ...times, now: ms(0), self, peers, dice: new Prng(1) });
}

const from = (peer: NodeId, body: unknown): DetectorInput => ({
  kind: "message",
  from: peer,
  body,
});

/** Wakes the detector when it asks, up to and at `until`; kinds of what it tells, and when. */
function wake(machine: PingAckDetector, until: Instant): [number, string][] {
  const told: [number, string][] = [];
  for (let at = machine.deadline(); at !== null && at <= until; at = machine.deadline()) {
    for (const output of machine.step(at, timeout)) told.push([at / 1_000, output.kind]);
  }
  return told;
}

const evidenceOf = (outputs: readonly DetectorOutput[]) =>
  outputs.flatMap((output) => (output.kind === "peer-suspected" ? [output.evidence] : []));

describe("asking", () => {
  it("PING-1: asks at the start and once a period, all in one round", () => {
    const machine = detector(10, [two, three]);
    const first = machine.step(ms(0), timeout);
    expect(first).toEqual([{ kind: "send", targets: [two, three], body: pingBody(1) }]);
    for (const peer of [two, three]) machine.step(ms(1), from(peer, ackBody(1)));
    expect(machine.step(ms(9), timeout)).toEqual([]);
    const second = machine.step(ms(10), timeout);
    expect(second).toEqual([{ kind: "send", targets: [two, three], body: pingBody(2) }]);
  });

  it("PING-2: answers a ping with its round, at once, and a stranger's not at all", () => {
    const machine = detector();
    const answer = { kind: "send", targets: [two], body: ackBody(41) };
    expect(machine.step(ms(1), from(two, pingBody(41)))).toEqual([answer]);
    expect(machine.step(ms(1), from(three, pingBody(41)))).toEqual([]);
  });
});

describe("judging", () => {
  it("PING-3: suspects who has not answered within the time-out, and not before", () => {
    const machine = detector(4);
    expect(wake(machine, instant(3_999))).toEqual([[0, "send"]]);
    expect(wake(machine, ms(4))).toEqual([[4, "peer-suspected"]]);
    expect(wake(machine, ms(40)).map(([, kind]) => kind)).toEqual(new Array(4).fill("send"));
  });

  it("PING-3: does not suspect who answers a moment before", () => {
    const machine = detector(4);
    for (let round = 1; round <= 5; round += 1) {
      wake(machine, instant(round * 10_000 - 6_001));
      expect(machine.step(instant(round * 10_000 - 6_001), from(two, ackBody(round)))).toEqual([]);
    }
    expect(machine.standing()).toMatchObject([{ status: "trusted", suspicions: 0 }]);
  });

  it("PING-4: takes it back on any ack, also a late one", () => {
    const machine = detector(4);
    wake(machine, ms(4));
    const trusted = [{ kind: "peer-trusted", peer: two }];
    expect(machine.step(ms(9), from(two, ackBody(1)))).toEqual(trusted);
    expect(wake(machine, ms(10))).toEqual([[10, "send"]]);
    // The answer to the first round is none to the second.
    expect(machine.step(ms(11), from(two, ackBody(1)))).toEqual([]);
    expect(wake(machine, ms(14))).toEqual([[14, "peer-suspected"]]);
  });

  it("PING-4: a late ack that retakes within a round leaves its question open", () => {
    const machine = detector(4);
    wake(machine, ms(10));
    expect(machine.step(ms(11), from(two, ackBody(1)))).toEqual([
      { kind: "peer-trusted", peer: two },
    ]);
    expect(wake(machine, ms(14))).toEqual([[14, "peer-suspected"]]);
  });

  it("PING-4: a ping of the peer, or an ack of what was not asked, restores nothing", () => {
    const machine = detector(4);
    wake(machine, ms(4));
    expect(machine.step(ms(5), from(two, ackBody(2)))).toEqual([]);
    machine.step(ms(5), from(two, pingBody(1)));
    expect(machine.standing()).toMatchObject([{ status: "suspected", silentSince: 0 }]);
  });

  it("PING-5: told that it was late, it voids the round and judges by the next", () => {
    const machine = detector(4);
    wake(machine, ms(0));
    machine.step(ms(57), { kind: "was-late", by: millis(50) });
    expect(machine.step(ms(57), timeout).map(({ kind }) => kind)).toEqual(["send"]);
    expect(machine.step(ms(58), from(two, ackBody(2)))).toEqual([]);
    expect(wake(machine, ms(60))).toEqual([[60, "send"]]);
    expect(wake(machine, ms(64))).toEqual([[64, "peer-suspected"]]);
  });
});

describe("the evidence of ping-ack", () => {
  it("PING-6: names the ping that was not answered", () => {
    const machine = detector(4);
    machine.step(ms(0), timeout);
    machine.step(ms(1), from(two, ackBody(1)));
    wake(machine, ms(10));
    const [evidence] = evidenceOf(machine.step(ms(14), timeout));
    expect(evidence).toEqual({
      detector: "ping-ack",
      at: 14_000,
      silence: 13_000,
      attempts: [{ via: null, sentAt: 10_000, outcome: "unanswered" }],
      healthScore: 0,
    });
  });

  it("PING-6: never lists more than it may", () => {
    const machine = detector(10);
    wake(machine, ms(10 * (attemptsMax + 5)));
    // A late answer takes it back with a question open: the next evidence has that one alone.
    machine.step(ms(10 * (attemptsMax + 5)), from(two, ackBody(1)));
    const [evidence] = evidenceOf(machine.step(ms(10 * (attemptsMax + 6)), timeout));
    expect(evidence?.attempts).toHaveLength(1);
    expect(evidence?.attempts[0]?.sentAt).toBe(10_000 * (attemptsMax + 5));
  });

  it("a time-out longer than the period is our own bug", () => {
    expect(() => detector(11)).toThrow("must end before the next");
    expect(() => detector(0)).toThrow("must end before the next");
  });
});

describe("how long ping-ack takes", () => {
  const grid = (delay: number, ackTimeout: number) => {
    const settings = { ...usual, ackTimeout: millis(ackTimeout) };
    const fleet = { kind: pingAck, settings, members: 3, seed: 1, delay: always(micros(delay)) };
    return overCrashGrid(fleet, ([, second]) => second as NodeId, 200);
  };

  it("PING-7: with a time-out of a period T, up to 2T, and that is reached", () => {
    const detections = grid(0, 100);
    expect(detections.every(({ times }) => times.length === 2)).toBe(true);
    // Right after its last ack; and right before the next ping.
    expect(rangeOf(detections)).toEqual({ min: 100_500, max: 200_000 });
    expect(detections[0]?.times).toEqual([200_000, 200_000]);
  });

  it("PING-7: a ping that is under way has lost no time: the delay makes it shorter", () => {
    for (const delay of [1_000, 20_000, 40_000]) {
      const { min, max } = rangeOf(grid(delay, 100));
      expect(max).toBe(200_000 - delay);
      expect(min).toBe(100_000 - delay + 500);
    }
  });

  it("PING-7: in general, up to the period and the time-out", () => {
    expect(rangeOf(grid(5_000, 30))).toEqual({ min: 25_500, max: 125_000 });
  });
});
