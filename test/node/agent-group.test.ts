/** AGENT-5, AGENT-6: real agents with real memberships, when a name is lived under twice. */
import { describe, expect, it } from "vitest";
import { nodeId } from "../../src/kernel/ids.js";
import { AgentGroup } from "./agent-group.js";

const [n1, n2, n3] = [nodeId("n1"), nodeId("n2"), nodeId("n3")];
const [at1, at2, at3, elsewhere] = ["10.0.0.1:1", "10.0.0.2:1", "10.0.0.3:1", "10.0.0.9:1"];
const period = 1_000_000;

function threeAgents(): AgentGroup {
  const group = new AgentGroup();
  for (const [node, address] of [
    [n1, at1],
    [n2, at2],
    [n3, at3],
  ] as const) {
    group.start(node, address);
    if (node !== n1) group.feed(address, { kind: "join", seeds: [at1] });
  }
  group.run(5 * period);
  return group;
}

const restart = (group: AgentGroup, address: string, life: number): void => {
  group.start(n3, address, life);
  group.feed(address, { kind: "join", seeds: [at1, at2] });
};

const told = (group: AgentGroup, kind: string) =>
  group.events.filter(({ event }) => event.kind === kind);

describe("a name under which two live", () => {
  it("stays with the newer life; the older one is told where that is, and is silent", () => {
    const group = threeAgents();
    restart(group, elsewhere, 2_000);
    group.run(5 * period);
    expect(told(group, "identity-lost")).toMatchObject([
      { node: n3, event: { life: 2_000, address: elsewhere } },
    ]);
    expect(group.at(at3).status(group.now).silenced).toBe(true);
    for (const address of [at1, at2]) {
      expect(group.at(address).member(n3)).toMatchObject({
        ...{ state: "alive", life: 2_000, address: elsewhere },
      });
    }
    expect(told(group, "member-died")).toEqual([]);
  });

  it("stays with the newer life where that is the one that was there", () => {
    const group = threeAgents();
    restart(group, elsewhere, 500);
    group.run(5 * period);
    expect(group.at(elsewhere).status(group.now).silenced).toBe(true);
    expect(told(group, "identity-lost")).toMatchObject([{ event: { life: 1_000, address: at3 } }]);
    expect(group.at(at1).member(n3)).toMatchObject({ state: "alive", life: 1_000, address: at3 });
    expect(told(group, "old-boot-heard")).toContainEqual(
      expect.objectContaining({
        event: expect.objectContaining({ source: n3, bootId: 500, origin: elsewhere }),
      }),
    );
  });

  it("does not disturb whoever has another name", () => {
    const group = threeAgents();
    const before = told(group, "identity-lost").length;
    group.run(60 * period);
    expect(told(group, "identity-lost")).toHaveLength(before);
    expect(told(group, "old-boot-heard")).toEqual([]);
    for (const address of [at1, at2, at3]) {
      expect(group.at(address).status(group.now).members).toHaveLength(3);
    }
  });
});

describe("frames that get lost between two members, on one way only or on both", () => {
  it.each([
    ["one way", (from: string, to: string) => from === at1 && to === at2],
    ["both ways", (from: string, to: string) => [from, to].sort().join() === `${at1},${at2}`],
  ])("%s: nobody is given up, for the third probes for them", (_about, isCut) => {
    const group = threeAgents();
    group.loses = ({ from, to }) => isCut(from, to);
    group.run(120 * period);
    expect(told(group, "member-died")).toEqual([]);
    for (const viewer of [at1, at2, at3]) {
      for (const node of [n1, n2, n3]) expect(group.standing(viewer, node)).toBe("alive");
    }
  });

  it("and a member that nobody reaches is given up by all", () => {
    const group = threeAgents();
    group.loses = ({ from, to }) => from === at3 || to === at3;
    group.run(30 * period);
    expect([group.standing(at1, n3), group.standing(at2, n3)]).toEqual(["dead", "dead"]);
    group.loses = () => false;
    group.run(60 * period);
    expect([group.standing(at1, n3), group.standing(at3, n1)]).toEqual(["alive", "alive"]);
  });
});

describe("a board that has lost its clock and its boot file", () => {
  it("is told at the board itself, which stops, and by the others, who name both boots", () => {
    const group = threeAgents();
    group.stop(at3);
    group.run(period);
    restart(group, at3, 7);
    group.run(3 * period);
    expect(told(group, "identity-lost")).toMatchObject([{ node: n3, event: { life: 1_000 } }]);
    expect(told(group, "old-boot-heard")).toContainEqual(
      expect.objectContaining({
        event: expect.objectContaining({ source: n3, bootId: 7, knownBootId: 1_000 }),
      }),
    );
  });
});

describe("somebody without the key who sends copies of a life that is over", () => {
  it("draws one short answer in a period, wherever it pretends to be", () => {
    const copies: Uint8Array[] = [];
    const group = new AgentGroup();
    group.loses = ({ from, to, bytes }) => {
      if (from === at3 && to === at1) copies.push(bytes);
      return false;
    };
    group.start(n1, at1);
    group.start(n3, at3);
    group.feed(at3, { kind: "join", seeds: [at1] });
    group.run(3 * period);
    group.stop(at3);
    restart(group, at3, 2_000);
    group.run(3 * period);
    const old = copies.slice(0, 3);
    const victim = "10.9.9.9:9";
    let answered = 0;
    group.loses = ({ to, bytes }) => {
      if (to !== victim) return false;
      answered += 1;
      expect(bytes.length).toBeLessThan(200);
      return true;
    };
    for (let count = 0; count < 3_000; count += 1) {
      const bytes = old[count % old.length] ?? new Uint8Array();
      group.feed(at1, { kind: "datagram", bytes, origin: victim });
      if (count % 10 === 9) group.run(10_000);
    }
    expect(answered).toBeGreaterThan(1);
    expect(answered).toBeLessThanOrEqual(4);
    expect(group.at(at1).member(n3)).toMatchObject({ state: "alive", life: 2_000, address: at3 });
  });
});
