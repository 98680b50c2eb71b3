import { describe, expect, it } from "vitest";
import { parseAsking } from "../../../src/detection/heartbeat/asking.js";
import { CentralHeartbeat, central } from "../../../src/detection/heartbeat/central.js";
import { type NodeId, nodeId } from "../../../src/kernel/ids.js";
import { Prng } from "../../../src/kernel/prng.js";
import { type Duration, instant, micros, millis } from "../../../src/kernel/time.js";
import { overCrashGrid, rangeOf } from "../support/crash-grid.js";
import { always, DetectorFleet, usual } from "../support/detector-fleet.js";

const { period, suspectAfter } = usual;
const delay = 5_000;
const options = { kind: central, settings: usual, seed: 1, delay: always(micros(delay)) };
const periods = (count: number): Duration => micros(Math.round(count * period));
/** From a crash to the suspicion, at most. */
const patience = micros(suspectAfter + delay);

function group(members: number) {
  const started = DetectorFleet.inStep({ ...options, members });
  started.runFor(periods(4.5));
  return { started, fleet: started.fleet, names: started.members };
}

const coordinators = (of: DetectorFleet): string[] =>
  of.members.flatMap((id) => {
    const detector = of.detector(id);
    return detector instanceof CentralHeartbeat ? [detector.coordinator()] : [];
  });

/** The messages of so many periods, `source > target`. */
function traffic(of: DetectorFleet, count: number): string[] {
  const sent: string[] = [];
  of.fleet.watch({ message: (_at, source, target) => sent.push(`${source} > ${target}`) });
  of.runFor(periods(count));
  return sent;
}

describe("the topology of central heartbeat", () => {
  it("CENTRAL-1: all beat to the first by name, and it beats to all: 2 (n - 1) a period", () => {
    const { started, names } = group(6);
    const [first, ...others] = names as [NodeId, ...NodeId[]];
    const expected = others.flatMap((other) => [`${other} > ${first}`, `${first} > ${other}`]);
    expect(traffic(started, 1).sort()).toEqual(expected.sort());
  });

  it("CENTRAL-2: the coordinator judges all, and the others the coordinator alone", () => {
    const { started, names } = group(5);
    const [first, ...others] = names as [NodeId, ...NodeId[]];
    const watched = (id: NodeId) =>
      started
        .detector(id)
        ?.standing()
        .map(({ peer }) => peer);
    expect(watched(first)).toEqual(others);
    for (const other of others) expect(watched(other)).toEqual([first]);
  });

  it("CENTRAL-2: who is not the coordinator says nothing of one that crashes", () => {
    const { started, fleet, names } = group(5);
    const [first, , third] = names as [NodeId, NodeId, NodeId];
    fleet.crash(third);
    started.runFor(periods(20));
    expect(started.suspicions().map(({ by, peer }) => [by, peer])).toEqual([[first, third]]);
  });
});

describe("who guards the guard", () => {
  it("CENTRAL-3: everybody suspects a coordinator that crashed, and the next takes over", () => {
    const { started, fleet, names } = group(5);
    const [first, second] = names as [NodeId, NodeId];
    const crashedAt = fleet.now;
    fleet.crash(first);
    started.runFor(patience);
    expect(started.suspectedAt(first, crashedAt).size).toBe(4);
    expect(new Set(coordinators(started))).toEqual(new Set([second]));
  });

  it("CENTRAL-3: the new coordinator asks all in the moment in which it takes over", () => {
    const { started, fleet, names } = group(5);
    const [first, second, ...others] = names as [NodeId, NodeId, ...NodeId[]];
    const asked: unknown[] = [];
    fleet.watch({
      message: (at, source, target, body) => {
        if (source === second) asked.push([at, target, parseAsking(body)]);
      },
    });
    const crashedAt = fleet.now;
    fleet.crash(first);
    started.runFor(patience);
    const takeOver = started.suspectedAt(first, crashedAt).get(second);
    const now = asked.filter((beat) => (beat as [number])[0] === takeOver);
    for (const other of others) expect(now).toContainEqual([takeOver, other, { asks: true }]);
  });

  it("CENTRAL-3: the new coordinator finds whoever crashes next", () => {
    const { started, fleet, names } = group(5);
    const [first, second, third] = names as [NodeId, NodeId, NodeId];
    fleet.crash(first);
    started.runFor(periods(10));
    fleet.crash(third);
    started.runFor(patience);
    const last = started.suspicions().filter(({ peer }) => peer === third);
    expect(last.map(({ by }) => by)).toEqual([second]);
    expect(started.suspicions()).toHaveLength(5);
  });

  it("CENTRAL-4: who crashes together with k coordinators is found after k + 1 waits", () => {
    for (const dead of [1, 2, 3]) {
      const { started, fleet, names } = group(7);
      const last = names[6] as NodeId;
      const crashedAt = fleet.now;
      for (const id of names.slice(0, dead)) fleet.crash(id);
      fleet.crash(last);
      started.runFor(periods(30));
      const found = started.suspectedAt(last, crashedAt);
      expect([...found.keys()]).toEqual([names[dead]]);
      const at = found.get(names[dead] as NodeId) ?? 0;
      expect(at - crashedAt).toBeLessThanOrEqual((dead + 1) * suspectAfter + delay);
      expect(at - crashedAt).toBeGreaterThan(dead * suspectAfter);
      const wrongly = started.suspicions().filter(({ peer }) => fleet.isUp(peer));
      expect(wrongly).toEqual([]);
    }
  });

  it("CENTRAL-5, HEART-11: one that comes back is the coordinator of all again", () => {
    const { started, fleet, names } = group(5);
    const [first] = names as [NodeId];
    fleet.pause(first, periods(20));
    started.runFor(periods(19));
    expect(new Set(coordinators(started)).size).toBe(2);
    started.runFor(periods(3));
    expect(new Set(coordinators(started))).toEqual(new Set([first]));
    expect(started.suspectedNow()).toEqual([]);
    // What the change-over has asked dies down again.
    started.runFor(periods(5));
    expect(traffic(started, 1)).toHaveLength(8);
  });

  it("CENTRAL-5, HEART-12: two given up come back, and nobody stays suspected", () => {
    const { started, fleet, names } = group(6);
    const [first, second] = names as [NodeId, NodeId];
    fleet.pause(first, periods(20));
    fleet.pause(second, periods(30));
    started.runFor(periods(18));
    expect(started.suspectedNow()).toHaveLength(8);
    started.runFor(periods(15));
    expect(started.suspectedNow()).toEqual([]);
    expect(new Set(coordinators(started))).toEqual(new Set([first]));
  });

  it("CENTRAL-6: cut off in one direction, it is suspected by who cannot hear it, alone", () => {
    const { started, fleet, names } = group(5);
    const [first, , third] = names as [NodeId, NodeId, NodeId];
    fleet.block((source, target) => source === first && target === third);
    started.runFor(periods(30));
    expect(started.suspicions().map(({ by, peer }) => [by, peer])).toEqual([[third, first]]);
    fleet.block(() => false);
    started.runFor(periods(2));
    expect(started.suspectedNow()).toEqual([]);
  });

  it("CENTRAL-6: a group cut in two has a coordinator on each side, and one when it heals", () => {
    const { started, fleet, names } = group(6);
    const side = (id: NodeId) => names.indexOf(id) % 2;
    fleet.block((source, target) => side(source) !== side(target));
    started.runFor(periods(30));
    expect(new Set(coordinators(started))).toEqual(new Set(names.slice(0, 2)));
    fleet.block(() => false);
    started.runFor(periods(3));
    expect(new Set(coordinators(started))).toEqual(new Set(names.slice(0, 1)));
    expect(started.suspectedNow()).toEqual([]);
  });
});

describe("how long central heartbeat takes", () => {
  it("CENTRAL-7: as long as all-to-all, for a member and for the coordinator", () => {
    const fleet = { ...options, members: 4 };
    const bounds = { min: 200_500 + delay, max: 300_000 + delay };
    expect(rangeOf(overCrashGrid(fleet, ([, second]) => second as NodeId, 200))).toEqual(bounds);
    const ofFirst = overCrashGrid(fleet, ([first]) => first as NodeId, 200);
    expect(rangeOf(ofFirst)).toEqual(bounds);
    expect(ofFirst.every(({ times }) => times.length === 3)).toBe(true);
  });

  it("an allowance shorter than the period is our own bug", () => {
    const times = { ...usual, suspectAfter: millis(100), now: instant(0) };
    const make = () => central.make({ ...times, self: nodeId("a"), peers: [], dice: new Prng(1) });
    expect(make).toThrow("within its allowance");
  });
});
