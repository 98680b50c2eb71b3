/** The leader oracle: by claims to one machine, and in whole groups. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nodeId } from "../../../src/kernel/ids.js";
import { instant } from "../../../src/kernel/time.js";
import { rankLeapMax, rankUnassigned } from "../../../src/membership/claims.js";
import { LeaderOracle } from "../../../src/membership/leader/oracle.js";
import { MemberTable } from "../../../src/membership/member-table.js";
import { settlePeriods } from "../../../src/membership/own-standing.js";
import type { MemberState } from "../../../src/membership/ports.js";
import { Names, RosterIndex } from "../../../src/membership/roster-index.js";
import { addressOf, Network, node, nodes } from "../support/network.js";
import { accused, alive, eventsIn, Single } from "../support/single.js";

const roster = ["a", "b", "m"].map(nodeId);

describe("LEAD-1: the leader is the lowest rank alive, then the lowest name", () => {
  it("as a naive search finds it, after any changes", () => {
    const change = fc.record({
      number: fc.integer({ min: 0, max: 5 }),
      state: fc.constantFrom<MemberState>("alive", "suspected", "dead", "left", "unreachable"),
      rank: fc.integer({ min: 0, max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        const table = new MemberTable(6, "expected", instant(0));
        const names = new Names(new RosterIndex(nodes(6)));
        const oracle = new LeaderOracle(table, names);
        for (const { number, state, rank } of changes) {
          table.put(number, { state, life: 1, incarnation: 0, heard: true }, instant(1));
          table.setRank(number, rank);
          oracle.changed(number);
          expect(oracle.leader).toBe(naiveLeader(table));
        }
      }),
    );
  });

  it("is changed by an accusation, and told once", () => {
    const single = new Single();
    single.hear("a", [], { rank: 3 });
    single.hear("b", [], { rank: 4 });
    expect(single.machine.leader()).toBe("a");
    const told = eventsIn(single.hear("b", [accused("suspect", "a", 0, "b")]));
    expect(told).toContainEqual({ kind: "leader-changed", leader: "b" });
    expect(eventsIn(single.hear("b"))).toEqual([]);
  });
});

function naiveLeader(table: MemberTable): number | null {
  const alives = Array.from({ length: table.slots }, (_, number) => number).filter(
    (number) => table.has(number) && table.stateOf(number) === "alive",
  );
  const [first] = alives.sort(
    (one, other) => table.rankOf(one) - table.rankOf(other) || one - other,
  );
  return first ?? null;
}

describe("LEAD-2: a newcomer takes its place behind all", () => {
  it("once it hears of somebody who has one", () => {
    const single = new Single();
    expect(single.machine.member(single.self)?.rank).toBe(rankUnassigned);
    single.hear("a");
    expect(single.machine.member(single.self)?.rank).toBe(rankUnassigned);
    single.hear("b", [alive("c", 0, { rank: 41 })], { rank: 7 });
    expect(single.machine.member(single.self)?.rank).toBe(42);
    expect(single.machine.leader()).toBe("b");
  });

  it("takes the first place only as provisional leader, after a while, and never alone", () => {
    const single = new Single({ roster });
    single.pass(settlePeriods - 1);
    single.hear("b");
    expect(single.machine.leader()).toBe("b");
    single.pass(10);
    expect(single.machine.member(single.self)?.rank).toBe(rankUnassigned);
    single.hear("b", [accused("dead", "b", 0, "a")]);
    single.hear("b", [alive("z", 0, { rank: rankUnassigned })]);
    single.pass(1);
    expect(single.machine.member(single.self)?.rank).toBe(1);

    const alone = new Single();
    alone.pass(100);
    expect(alone.machine.member(alone.self)?.rank).toBe(rankUnassigned);
    expect(alone.machine.leader()).toBe("m");
  });

  it("trusts nobody at its start until it hears of somebody, or has waited for it", () => {
    const single = new Single({ roster });
    expect(single.pass(1).filter(({ kind }) => kind === "event")).toEqual([]);
    expect(single.machine.leader()).toBeNull();
    single.pass(settlePeriods);
    expect(single.machine.leader()).toBe("m");
  });

  it("MEMBER-20: nobody else can put a rank far beyond all others", () => {
    const single = new Single();
    const outputs = single.hear("a", [alive("b", 0, { rank: rankLeapMax + 1 })]);
    expect(outputs).toContainEqual({ kind: "refused", from: "a", reason: "incarnation-leap" });
    expect(single.stateOf("b")).toBeNull();
  });
});

describe("LEAD-3: who was accused goes to the end", () => {
  it("so that those who trusted another meanwhile need not change back", () => {
    const single = new Single({ roster, rosterStarts: "alive" });
    expect(single.machine.member(single.self)?.rank).toBe(2);
    single.hear("a", [accused("suspect", "m", 0, "b")], { rank: 0 });
    expect(single.machine.member(single.self)).toMatchObject({ rank: 3, incarnation: 1 });
  });

  it("a restart among seats that count as alive does so too", () => {
    const single = new Single({ roster, rosterStarts: "alive" });
    single.hear("a", [alive("m", 4, { life: 7, rank: 0 })], { rank: 0 });
    expect(single.machine.member(single.self)).toMatchObject({ rank: 3, incarnation: 1 });
  });
});

describe("LEAD-4: in a group", () => {
  it("all trust the same, and a leader that came back does not lead again", () => {
    const network = Network.of(5);
    network.pass(30);
    expect(network.leaders()).toEqual(new Set([node(0)]));
    network.stop(node(0));
    network.pass(60);
    expect(network.leaders().size).toBe(1);
    const [successor] = network.leaders();
    expect(successor).not.toBe(node(0));
    const before = network.events.length;
    network.start(node(0), { roster: nodes(5), settings: network.settings("roster") });
    network.pass(60);
    expect(network.leaders()).toEqual(new Set([successor]));
    const changes = network.events
      .slice(before)
      .filter(({ by, event }) => by !== node(0) && event.kind === "leader-changed");
    expect(changes).toEqual([]);
  });

  it("a wrongly accused leader loses the place once, and for all", () => {
    const network = Network.of(5);
    network.pass(30);
    const before = network.events.length;
    network.cut((source, target) => source === node(0) && target === node(3));
    network.pass(30);
    network.cut(() => false);
    network.pass(60);
    expect(network.agree(nodes(5))).toBe(true);
    expect(network.leaders().size).toBe(1);
    expect(network.leaders()).not.toContain(node(0));
    const changes = network.events
      .slice(before)
      .filter(({ by, event }) => by === node(2) && event.kind === "leader-changed");
    expect(changes).toHaveLength(1);
  });

  it("whoever joins with the lowest name does not lead", () => {
    const network = new Network();
    for (const number of [5, 6, 7]) network.start(node(number));
    for (const number of [6, 7]) {
      network.feed(node(number), { kind: "join", seeds: [addressOf(node(5))] });
    }
    network.pass(30);
    network.start(node(1));
    network.feed(node(1), { kind: "join", seeds: [addressOf(node(7))] });
    network.pass(30);
    expect(network.leaders()).toEqual(new Set([node(5)]));
  });

  it("for any seed, after crashes, restarts and loss, all trust one who is there", () => {
    for (let seed = 1; seed <= 6; seed += 1) {
      const network = Network.of(7, { seed, loss: 0.1 });
      network.pass(20 + seed);
      for (const number of [seed % 7, (seed * 3) % 7]) network.stop(node(number));
      network.pass(10 * seed);
      const settings = network.settings("roster");
      network.start(node(seed % 7), { roster: nodes(7), settings });
      expect(network.pass(240, () => network.agree([...network.machines.keys()]))).toBe(true);
      network.pass(60);
      expect(network.leaders().size).toBe(1);
      const [leader] = network.leaders();
      expect(network.machines.has(leader ?? nodeId("none"))).toBe(true);
      expect(leader).not.toBe(node(seed % 7));
    }
  });
});
