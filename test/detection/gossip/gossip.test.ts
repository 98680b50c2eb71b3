import { describe, expect, it } from "vitest";
import { failTime } from "../../../src/detection/gossip/fail-time.js";
import { GossipDetector, gossipTable } from "../../../src/detection/gossip/gossip.js";
import { gossipBody, parseGossip } from "../../../src/detection/gossip/messages.js";
import { type NodeId, nodeId } from "../../../src/kernel/ids.js";
import { timeout } from "../../../src/kernel/machine.js";
import { Prng } from "../../../src/kernel/prng.js";
import { type Duration, instant, micros } from "../../../src/kernel/time.js";
import { always, DetectorFleet, memberNames, usual } from "../support/detector-fleet.js";

const { period, suspectAfter } = usual;
const delay = micros(5_000);
const options = { kind: gossipTable, settings: usual, delay: always(delay) };
const periods = (count: number): Duration => micros(Math.round(count * period));
const failAfter = (members: number): Duration => failTime(suspectAfter, period, members);
const [self, two, three] = memberNames(3) as [NodeId, NodeId, NodeId];

function group(members: number, seed: number) {
  const started = DetectorFleet.inStep({ ...options, members, seed });
  started.runFor(periods(20.5));
  return { started, fleet: started.fleet, names: started.members };
}

function detector(peers: readonly NodeId[]): GossipDetector {
  return new GossipDetector({ ...usual, now: instant(0), self, peers, dice: new Prng(1) });
}

/** What the detector gossips at the next period. */
function gossipAt(machine: GossipDetector, at: number) {
  const [sent] = machine.step(instant(at), timeout).filter(({ kind }) => kind === "send");
  return sent?.kind === "send" ? { to: sent.targets[0], table: parseGossip(sent.body) } : null;
}

describe("gossiping", () => {
  it("GOSSIP-1: raises its counter and sends to one peer, once a period", () => {
    const machine = detector([two, three]);
    const first = gossipAt(machine, 0)?.table?.own ?? 0;
    expect(gossipAt(machine, period - 1)).toBeNull();
    expect(gossipAt(machine, period)?.table?.own).toBe(first + 1);
    // After a sleep once, and not for each period that was missed.
    expect(gossipAt(machine, 5.2 * period)?.table?.own).toBe(first + 2);
    expect(gossipAt(machine, 5.5 * period)).toBeNull();
    expect(gossipAt(machine, 6 * period)?.table?.own).toBe(first + 3);
  });

  it("GOSSIP-1: n messages a period, to anybody as often", () => {
    const { started, names } = group(5, 3);
    const targets = new Map<string, number>();
    let count = 0;
    started.fleet.watch({
      message: (_at, source, target) => {
        count += 1;
        if (source === names[0]) targets.set(target, (targets.get(target) ?? 0) + 1);
      },
    });
    started.runFor(periods(1_000));
    expect(count).toBe(5_000);
    // 250 each, within 5 standard deviations of a binomial of 1,000 at one in four.
    expect(targets.size).toBe(4);
    for (const hits of targets.values()) expect(Math.abs(hits - 250)).toBeLessThan(5 * 13.7);
  });

  it("GOSSIP-2: passes on what it knows; a counter that it was told counts as a word", () => {
    const machine = detector([two, three]);
    const body = gossipBody(50, [{ peer: three, counter: 70 }]);
    machine.step(instant(10), { kind: "message", from: two, body });
    expect(machine.standing().map(({ silentSince }) => silentSince)).toEqual([10, 10]);
    const sent = gossipAt(machine, 20);
    const others = [two, three].filter((peer) => peer !== sent?.to);
    expect(sent?.table?.entries.map(({ peer }) => peer)).toEqual(others);
  });

  it("GOSSIP-2: of strangers, of itself and of nobody known it passes on nothing", () => {
    const machine = detector([two]);
    const told = [self, nodeId("stranger")].map((peer) => ({ peer, counter: 70 }));
    machine.step(instant(10), { kind: "message", from: two, body: gossipBody(50, told) });
    machine.step(instant(10), { kind: "message", from: three, body: gossipBody(50, []) });
    expect(gossipAt(machine, 20)?.table?.entries).toEqual([]);
    expect(machine.standing()).toHaveLength(1);
  });
});

function crashOne(members: number, seed: number): void {
  const { started, fleet, names } = group(members, seed);
  const victim = names[1] as NodeId;
  const crashedAt = fleet.now;
  fleet.crash(victim);
  started.runFor(micros(2 * failAfter(members)));
  const found = [...started.suspectedAt(victim, crashedAt).values()];
  expect(found).toHaveLength(members - 1);
  expect(Math.min(...found) - crashedAt).toBeLessThanOrEqual(failAfter(members) + delay);
  expect(started.suspicions()).toHaveLength(members - 1);
  for (const { output } of started.told) {
    if (output.kind !== "peer-suspected") continue;
    expect(output.evidence.silence).toBe(failAfter(members));
  }
}

describe("one that has crashed", () => {
  it("GOSSIP-3: is suspected by all, each when its counter has stood still for T_fail", () => {
    for (const members of [3, 10]) {
      for (let seed = 0; seed < 10; seed += 1) crashOne(members, seed);
    }
  });

  it("GOSSIP-9: is not brought back by anybody's older table, ever", () => {
    for (let seed = 0; seed < 10; seed += 1) {
      const { started, fleet, names } = group(10, seed);
      fleet.crash(names[1] as NodeId);
      started.runFor(micros(6 * failAfter(10)));
      expect(started.suspectedNow()).toHaveLength(9);
      expect(started.told.filter(({ output }) => output.kind === "peer-trusted")).toEqual([]);
    }
  });

  it("GOSSIP-3: is not spoken of any more once it is suspected", () => {
    const { started, fleet, names } = group(5, 1);
    const victim = names[1] as NodeId;
    fleet.crash(victim);
    started.runFor(micros(2 * failAfter(5)));
    const spoken: unknown[] = [];
    fleet.watch({ message: (_at, _source, _target, body) => spoken.push(body) });
    started.runFor(periods(10));
    expect(spoken).toHaveLength(40);
    expect(JSON.stringify(spoken)).not.toContain(victim);
  });

  it("GOSSIP-8: started again, it is trusted by all again, without a word of membership", () => {
    for (let seed = 0; seed < 10; seed += 1) {
      const { started, fleet, names } = group(5, seed);
      const victim = names[1] as NodeId;
      fleet.crash(victim);
      started.runFor(micros(2 * failAfter(5)));
      fleet.boot(victim);
      started.runFor(micros(2 * failAfter(5)));
      expect(started.suspectedNow()).toEqual([]);
    }
  });
});

describe("a group that changes, and a detector that slept", () => {
  it("GOSSIP-4: the waits that run grow with the group", () => {
    const machine = detector([two]);
    const others = memberNames(12).slice(2);
    for (const peer of others) machine.step(instant(0), { kind: "watch", peer });
    const quiet = (until: number) => {
      for (let at = 0; at <= until; at += period) {
        const told = machine.step(instant(at), timeout);
        if (told.some(({ kind }) => kind === "peer-suspected")) return at;
      }
      return null;
    };
    expect(quiet(100 * period)).toBe(failAfter(12));
  });

  it("GOSSIP-10: told that it was late, it lets every silence begin anew", () => {
    const machine = detector([two, three]);
    machine.step(instant(0), timeout);
    const late = instant(10 * failAfter(3));
    machine.step(late, { kind: "was-late", by: failAfter(3) });
    const end = late + failAfter(3);
    const kinds = (at: number) => machine.step(instant(at), timeout).map(({ kind }) => kind);
    expect(kinds(late)).toEqual(["send"]);
    expect(kinds(end - 1)).not.toContain("peer-suspected");
    expect(kinds(end).filter((kind) => kind === "peer-suspected")).toHaveLength(2);
  });

  it("GOSSIP-4: in a group of 50 nobody is suspected, and one that crashes is by all", () => {
    const { started, fleet, names } = group(50, 1);
    started.runFor(periods(60));
    expect(started.suspicions()).toEqual([]);
    const victim = names[7] as NodeId;
    fleet.crash(victim);
    started.runFor(micros(2 * failAfter(50)));
    expect(started.suspectedNow()).toHaveLength(49);
    expect(started.suspicions().every(({ peer }) => peer === victim)).toBe(true);
  });
});
