/** Fleets of probers: accuracy without faults, cuts, slow members, and hostile ones. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DetectorOutput } from "../../../src/detection/detector.js";
import type { SwimProber } from "../../../src/detection/swim/swim-prober.js";
import { swimProbing, swimProbingWith } from "../../../src/detection/swim/swim-probing.js";
import type { NodeId } from "../../../src/kernel/ids.js";
import { micros, millis } from "../../../src/kernel/time.js";
import {
  atPeriod,
  type DetectorFleet,
  detectorFleet,
  detectorOf,
  memberNames,
  period,
} from "./support/detector-fleet.js";
import { HandFed } from "./support/hand-fed.js";

const kinds = [swimProbing, swimProbingWith({ selection: "uniform" })];

/** From now on, who suspects whom. */
function suspicions(fleet: DetectorFleet): (readonly [NodeId, NodeId])[] {
  const seen: (readonly [NodeId, NodeId])[] = [];
  fleet.watch({
    output: (_at, member, output) => {
      if (output.kind === "peer-suspected") seen.push([member, output.peer]);
    },
  });
  return seen;
}

describe("a synchronous network (SWIM-7)", () => {
  it.each(kinds)("$name suspects nobody who lives", (kind) => {
    for (let seed = 0; seed < 30; seed += 1) {
      const settings = { lifeguard: seed % 2 === 0 };
      const fleet = detectorFleet({ kind, members: 2 + (seed % 9), seed, settings });
      const seen = suspicions(fleet);
      fleet.run(atPeriod(40));
      expect(seen).toEqual([]);
    }
  });

  it("suspects all whose answers take longer than the period", () => {
    const delay = { kind: "uniform", min: millis(60), max: millis(60) } as const;
    const fleet = detectorFleet({ kind: swimProbing, members: 4, seed: 1, delay });
    const seen = suspicions(fleet);
    fleet.run(atPeriod(20));
    expect(new Set(seen.map(String)).size).toBe(12);
  });

  it("and with Lifeguard's patience no more, once it knows its own slowness", () => {
    const delay = { kind: "uniform", min: millis(60), max: millis(60) } as const;
    const settings = { lifeguard: true };
    const fleet = detectorFleet({ kind: swimProbing, members: 4, seed: 1, delay, settings });
    const seen = suspicions(fleet);
    fleet.run(atPeriod(200));
    const plain = detectorFleet({ kind: swimProbing, members: 4, seed: 1, delay });
    const seenByPlain = suspicions(plain);
    plain.run(atPeriod(200));
    expect(seen.length).toBeLessThan(seenByPlain.length / 4);
  });
});

describe("a direct path that is cut (SWIM-15)", () => {
  const [one, two] = memberNames(6) as [NodeId, NodeId];
  const prober = (fleet: DetectorFleet, member: NodeId) => detectorOf(fleet, member) as SwimProber;

  it("one way makes nobody suspected, and both ends know which way it is", () => {
    for (let seed = 0; seed < 10; seed += 1) {
      const fleet = detectorFleet({ kind: swimProbing, members: 6, seed });
      const seen = suspicions(fleet);
      fleet.block((source, target) => source === one && target === two);
      fleet.run(atPeriod(30));
      expect(seen).toEqual([]);
      // What one says does not reach two: one's pings are lost, and to two one's acks are.
      expect(prober(fleet, one).detours()).toMatchObject([{ peer: two, lost: "to-peer" }]);
      expect(prober(fleet, two).detours()).toMatchObject([{ peer: one, lost: "from-peer" }]);
      for (const other of memberNames(6).slice(2)) {
        expect(prober(fleet, other).detours()).toEqual([]);
      }
    }
  });

  it("both ways makes nobody suspected, and is over when it heals", () => {
    const fleet = detectorFleet({ kind: swimProbing, members: 6, seed: 3 });
    const seen = suspicions(fleet);
    const ends = [one, two];
    fleet.block((source, target) => ends.includes(source) && ends.includes(target));
    fleet.run(atPeriod(30));
    for (const end of ends)
      expect(prober(fleet, end).detours()).toMatchObject([{ lost: "to-peer" }]);
    fleet.block(() => false);
    fleet.run(atPeriod(45));
    for (const end of ends) expect(prober(fleet, end).detours()).toEqual([]);
    expect(seen).toEqual([]);
  });

  it("to everybody is a death to the others, and is taken back", () => {
    const fleet = detectorFleet({ kind: swimProbing, members: 6, seed: 4 });
    const seen = suspicions(fleet);
    fleet.block((source) => source === one);
    fleet.run(atPeriod(15));
    expect(new Set(seen.map(([, peer]) => peer))).toContain(one);
    fleet.block(() => false);
    fleet.run(atPeriod(30));
    for (const member of memberNames(6)) {
      const statuses = detectorOf(fleet, member)
        .standing()
        .map(({ status }) => status);
      expect(new Set(statuses)).toEqual(new Set(["trusted"]));
    }
  });
});

describe("a member that is stopped for a while (SWIM-12)", () => {
  it("accuses nobody when it wakes, because it is told how late it is", () => {
    for (let seed = 0; seed < 20; seed += 1) {
      const fleet = detectorFleet({ kind: swimProbing, members: 5, seed });
      const seen = suspicions(fleet);
      const [slow] = memberNames(5) as [NodeId];
      for (let turn = 1; turn < 15; turn += 1) {
        fleet.run(atPeriod(2 * turn + seed / 20));
        fleet.pause(slow, micros(1.3 * period));
      }
      fleet.run(atPeriod(40));
      expect(seen.filter(([accuser]) => accuser === slow)).toEqual([]);
    }
  });
});

describe("hostile members (SWIM-13, SWIM-14)", () => {
  const field = fc.oneof(
    fc.integer({ min: -1, max: 5 }),
    fc.integer({ min: 0, max: 0xffff }),
    fc.constantFrom("me", "pi-2", "pi-3", "pi-9", ""),
    fc.anything(),
  );
  const body = fc.oneof(fc.array(field, { maxLength: 6 }), fc.anything());
  const event = fc.record({
    kind: fc.constantFrom("message", "pass", "watch", "forget", "accused", "was-late"),
    name: fc.constantFrom("me", "pi-2", "pi-3", "pi-4", "pi-9"),
    body,
    wait: fc.integer({ min: 0, max: 200 }),
  });
  type Event = typeof event extends fc.Arbitrary<infer E> ? E : never;

  function play(fed: HandFed, { kind, name, body, wait }: Event): readonly DetectorOutput[] {
    const peer = name as NodeId;
    switch (kind) {
      case "pass":
        return fed.pass(wait).map(([, output]) => output);
      case "message":
        return fed.message(name, body);
      case "was-late":
        return fed.prober.step(fed.now, { kind, by: millis(wait) });
      case "accused":
        return fed.prober.step(fed.now, { kind });
      default:
        return fed.prober.step(fed.now, { kind: kind as "watch" | "forget", peer });
    }
  }

  it("whatever comes: nothing throws, only watched peers get messages, verdicts alternate", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 80, size: "max" }), (events) => {
        const fed = new HandFed(["pi-2", "pi-3", "pi-4"]);
        const suspected = new Set<NodeId>();
        for (const each of events) {
          const before = fed.prober.standing().map(({ peer }) => peer);
          for (const output of play(fed, each)) expectLawful(output, before, suspected);
          if (each.kind === "forget") suspected.delete(each.name as NodeId);
          expect(fed.prober.healthScore()).toBeLessThanOrEqual(7);
        }
        const standing = fed.prober.standing().filter(({ status }) => status === "suspected");
        expect(new Set(standing.map(({ peer }) => peer))).toEqual(suspected);
      }),
    );
  });

  function expectLawful(
    output: DetectorOutput,
    watched: readonly NodeId[],
    suspected: Set<NodeId>,
  ): void {
    if (output.kind === "send") {
      for (const target of output.targets) expect(watched).toContain(target);
    }
    if (output.kind === "peer-suspected") {
      expect(suspected.has(output.peer)).toBe(false);
      suspected.add(output.peer);
    }
    if (output.kind === "peer-trusted") expect(suspected.delete(output.peer)).toBe(true);
  }
});

describe("the same seed", () => {
  it("gives the same course, message by message", () => {
    const course = (): string[] => {
      const settings = { lifeguard: true };
      const fleet = detectorFleet({ kind: swimProbing, members: 8, seed: 9, loss: 0.2, settings });
      const seen: string[] = [];
      fleet.watch({
        message: (...message) => seen.push(JSON.stringify(message)),
        output: (at, member, output) => seen.push(`${at} ${member} ${output.kind}`),
      });
      fleet.run(atPeriod(20));
      return seen;
    };
    expect(course()).toEqual(course());
    expect(course().length).toBeGreaterThan(500);
  });
});
