import { describe, expect, it } from "vitest";
import { ring } from "../../../src/detection/heartbeat/ring.js";
import { type NodeId, nodeId } from "../../../src/kernel/ids.js";
import { Prng } from "../../../src/kernel/prng.js";
import { type Duration, instant, micros, millis } from "../../../src/kernel/time.js";
import { overCrashGrid, rangeOf } from "../support/crash-grid.js";
import { always, DetectorFleet, usual } from "../support/detector-fleet.js";

const { period, suspectAfter } = usual;
const delay = 5_000;
const options = { kind: ring, settings: usual, seed: 1, delay: always(micros(delay)) };
const periods = (count: number): Duration => micros(Math.round(count * period));
const patience = micros(suspectAfter + delay);

function group(members: number) {
  const started = DetectorFleet.inStep({ ...options, members });
  started.runFor(periods(4.5));
  return { started, fleet: started.fleet, names: started.members };
}

function traffic(of: DetectorFleet, count: number): string[] {
  const sent: string[] = [];
  of.fleet.watch({ message: (_at, source, target) => sent.push(`${source} > ${target}`) });
  of.runFor(periods(count));
  return sent;
}

const watched = (of: DetectorFleet, id: NodeId) =>
  of
    .detector(id)
    ?.standing()
    .map(({ peer }) => peer);

describe("the topology of the ring", () => {
  it("RING-1: each beats to the next by name, and the last to the first: n a period", () => {
    const { started, names } = group(5);
    const expected = names.map((id, at) => `${id} > ${names[(at + 1) % 5]}`);
    expect(traffic(started, 1).sort()).toEqual(expected.sort());
  });

  it("RING-2: each judges the one before it, and nobody else", () => {
    const { started, names } = group(5);
    names.forEach((id, at) => {
      expect(watched(started, id)).toEqual([names[(at + 4) % 5]]);
    });
  });

  it("RING-2: of one that crashes only the next speaks", () => {
    const { started, fleet, names } = group(5);
    fleet.crash(names[4] as NodeId);
    started.runFor(periods(20));
    expect(started.suspicions().map(({ by, peer }) => [by, peer])).toEqual([[names[0], names[4]]]);
  });
});

describe("neighbours that fail together", () => {
  it("RING-3: are found one after the other, each within one wait more", () => {
    for (const dead of [2, 3, 5]) {
      const { started, fleet, names } = group(7);
      const crashedAt = fleet.now;
      for (const id of names.slice(0, dead)) fleet.crash(id);
      started.runFor(periods(40));
      const next = names[dead] as NodeId;
      for (let back = 1; back <= dead; back += 1) {
        const victim = names[dead - back] as NodeId;
        const found = started.suspectedAt(victim, crashedAt);
        expect([...found.keys()]).toEqual([next]);
        const took = (found.get(next) ?? 0) - crashedAt;
        expect(took).toBeLessThanOrEqual(back * suspectAfter + delay);
      }
      expect(started.suspicions().filter(({ peer }) => fleet.isUp(peer))).toEqual([]);
    }
  });

  it("RING-4, HEART-11: the one before them beats to who asks, and is found too", () => {
    const { started, fleet, names } = group(6);
    const [first, second, third, fourth] = names as [NodeId, NodeId, NodeId, NodeId];
    fleet.crash(second);
    fleet.crash(third);
    started.runFor(periods(12));
    expect(watched(started, fourth)).toEqual([first, second, third]);
    expect(started.detector(fourth)?.standing()[0]?.status).toBe("trusted");
    const crashedAt = fleet.now;
    fleet.crash(first);
    started.runFor(patience);
    expect([...started.suspectedAt(first, crashedAt).keys()]).toEqual([fourth]);
  });

  it("RING-4, HEART-12: one that is left alone suspects all, and finds who comes back", () => {
    const { started, fleet, names } = group(4);
    const [first, ...others] = names as [NodeId, ...NodeId[]];
    for (const id of others) fleet.pause(id, periods(30));
    started.runFor(periods(20));
    expect(started.suspectedNow().sort()).toEqual(others.map((id) => `${id} by ${first}`));
    started.runFor(periods(14));
    expect(started.suspectedNow()).toEqual([]);
    started.runFor(periods(5));
    expect(watched(started, first)).toEqual([names[3]]);
    expect(traffic(started, 1)).toHaveLength(4);
  });
});

describe("views that differ", () => {
  it("RING-5: whoever closes the ring asks the one before, which knows nothing of it", () => {
    const { started, fleet, names } = group(5);
    const [first, second, third] = names as [NodeId, NodeId, NodeId];
    fleet.crash(second);
    fleet.say(third, { kind: "forget", peer: second });
    started.runFor(periods(30));
    // The first still beats to the second, and to the third because that asks.
    expect(watched(started, third)).toEqual([first]);
    expect(started.suspicions()).toEqual([]);
    const crashedAt = fleet.now;
    fleet.crash(first);
    started.runFor(patience);
    expect([...started.suspectedAt(first, crashedAt).keys()]).toEqual([third]);
  });

  it("RING-5: a newcomer whom the next does not know yet costs no suspicion", () => {
    const { started, fleet, names } = group(5);
    const [, second, third, fourth] = names as [NodeId, NodeId, NodeId, NodeId];
    fleet.say(fourth, { kind: "forget", peer: third });
    started.runFor(periods(30));
    expect(watched(started, fourth)).toEqual([second]);
    fleet.say(fourth, { kind: "watch", peer: third });
    started.runFor(periods(30));
    expect(watched(started, fourth)).toEqual([third]);
    expect(started.suspicions()).toEqual([]);
  });

  it("RING-5: cut off in one direction, it is suspected by who cannot hear it, alone", () => {
    const { started, fleet, names } = group(5);
    const [first, second] = names as [NodeId, NodeId];
    fleet.block((source, target) => source === first && target === second);
    started.runFor(periods(30));
    expect(started.suspicions().map(({ by, peer }) => [by, peer])).toEqual([[second, first]]);
    fleet.block(() => false);
    started.runFor(periods(2));
    expect(started.suspectedNow()).toEqual([]);
  });
});

describe("how long the ring takes", () => {
  it("RING-6: as long as all-to-all", () => {
    const fleet = { ...options, members: 4 };
    const detections = overCrashGrid(fleet, ([, second]) => second as NodeId, 200);
    expect(rangeOf(detections)).toEqual({ min: 200_500 + delay, max: 300_000 + delay });
  });

  it("an allowance shorter than the period is our own bug", () => {
    const times = { ...usual, suspectAfter: millis(100), now: instant(0) };
    const make = () => ring.make({ ...times, self: nodeId("a"), peers: [], dice: new Prng(1) });
    expect(make).toThrow("within its allowance");
  });
});
