/** Whole groups of machines on a network in memory; their detector is told the truth. */
import { describe, expect, it } from "vitest";
import type { NodeId } from "../../src/kernel/ids.js";
import { addressOf, Network, node, nodes } from "./support/network.js";

describe("coming together", () => {
  it("MEMBER-2: a roster finds itself, and nobody is suspected", () => {
    for (const count of [1, 2, 3, 10]) {
      const network = Network.of(count);
      expect(network.pass(10, () => network.agree(nodes(count)))).toBe(true);
      network.pass(60);
      expect(network.agree(nodes(count))).toBe(true);
      expect(network.kinds()).not.toContain("member-suspected");
    }
  });

  it("MEMBER-2: nodes join through any member, one through another", () => {
    const network = new Network();
    for (const name of nodes(12)) network.start(name);
    for (let number = 1; number < 12; number += 1) {
      const seeds = [addressOf(node(number - 1))];
      network.feed(node(number), { kind: "join", seeds });
    }
    expect(network.pass(30, () => network.agree(nodes(12)))).toBe(true);
  });

  it("MEMBER-2: with a fifth of all frames lost too", () => {
    const network = new Network({ loss: 0.2, seed: 5 });
    for (const name of nodes(12)) network.start(name);
    for (const name of nodes(12)) {
      network.feed(name, { kind: "join", seeds: [addressOf(node(0))] });
    }
    expect(network.pass(60, () => network.agree(nodes(12)))).toBe(true);
    network.pass(60);
    expect(network.agree(nodes(12))).toBe(true);
    expect(network.kinds()).not.toContain("member-died");
  });
});

describe("going", () => {
  it("MEMBER-3: a crashed member is dead for all, with a case file, and no other", () => {
    const network = Network.of(10);
    network.pass(20);
    network.stop(node(4));
    const rest = nodes(10).filter((name) => name !== node(4));
    expect(network.pass(40, () => network.agree(rest))).toBe(true);
    network.pass(40);
    for (const machine of network.machines.values()) {
      expect(machine.member(node(4))?.state).toBe("dead");
      const caseFile = machine.caseOf(node(4));
      expect(caseFile?.accusations.length).toBeGreaterThan(0);
      expect(caseFile?.declaredBy).not.toBeNull();
    }
    const dead = network.events.filter(({ event }) => event.kind === "member-died");
    expect(new Set(dead.map(({ by }) => by)).size).toBe(9);
    expect(dead).toHaveLength(9);
  });

  it("MEMBER-4: a member that leaves is left for all, and never suspected", () => {
    const network = Network.of(10);
    network.pass(20);
    network.feed(node(4), { kind: "leave" });
    network.pass(4);
    network.stop(node(4));
    network.pass(60);
    for (const machine of network.machines.values()) {
      expect(machine.member(node(4))?.state).toBe("left");
    }
    expect(network.kinds()).not.toContain("member-suspected");
  });

  it("MEMBER-5: a member that crashed and has lost its memory comes back by its boot id", () => {
    const network = Network.of(5);
    network.pass(20);
    for (const wait of [2, 60]) {
      network.stop(node(2));
      network.pass(wait);
      const settings = network.settings("roster");
      network.start(node(2), { roster: nodes(5), settings });
      expect(network.pass(20, () => network.agree(nodes(5)))).toBe(true);
      network.pass(40);
      expect(network.agree(nodes(5))).toBe(true);
    }
    const replaced = network.events.filter(({ event }) => event.kind === "member-replaced");
    expect(new Set(replaced.map(({ by }) => by)).size).toBe(4);
    expect(replaced).toHaveLength(8);
  });
});

/** Which side of the cut; the first half and the rest. */
const halves = (count: number) => (source: NodeId, target: NodeId) =>
  source < node(count / 2) !== target < node(count / 2);

describe("a group in two halves", () => {
  it.each([
    [10, 120],
    [50, 120],
  ])("MEMBER-6: %i members who hold one another dead find together", (count, apart) => {
    const network = Network.of(count);
    network.pass(30);
    network.cut(halves(count));
    network.pass(apart);
    for (const [name, machine] of network.machines) {
      const alive = machine.members().filter(({ state }) => state === "alive");
      expect(alive).toHaveLength(count / 2);
      expect(machine.member(name)?.state).toBe("alive");
    }
    network.cut(() => false);
    const healed = network.now;
    expect(network.pass(200, () => network.agree(nodes(count)))).toBe(true);
    expect((network.now - healed) / 1_000_000).toBeLessThan(150);
    network.pass(60);
    expect(network.agree(nodes(count))).toBe(true);
    expect(network.leaders().size).toBe(1);
  });
});

describe("a group in two halves, with loss", () => {
  it("MEMBER-6: finds together for any seed", () => {
    for (let seed = 1; seed <= 5; seed += 1) {
      const network = Network.of(8, { seed, loss: 0.1 });
      network.pass(30);
      network.cut(halves(8));
      network.pass(120);
      network.cut(() => false);
      expect(network.pass(200, () => network.agree(nodes(8)))).toBe(true);
    }
  });
});

describe("the same seed", () => {
  it("MEMBER-23: gives the same run, to the last event", () => {
    const run = (seed: number): string => {
      const network = Network.of(6, { seed, loss: 0.2 });
      network.pass(20);
      network.stop(node(2));
      network.pass(60);
      return JSON.stringify([network.frames, network.events]);
    };
    expect(run(1)).toBe(run(1));
    expect(run(1)).not.toBe(run(2));
  });
});

describe("one-way loss between two", () => {
  it("MEMBER-7: nobody is declared dead, for the accused refutes by way of the third", () => {
    const network = Network.of(3);
    network.pass(20);
    network.cut((source, target) => source === node(0) && target === node(1));
    network.pass(600);
    expect(network.kinds()).not.toContain("member-died");
    expect(network.kinds()).toContain("member-suspected");
    const suspected = network.events.filter(
      ({ by, event }) => by === node(1) && event.kind === "member-suspected",
    );
    // A wait of four least lengths (4 s each) between two accusations.
    expect(suspected.length).toBeLessThan(600 / 14);
  });
});
