/** Bodies that a member would never send: to one machine, and by a liar in a group. */
import { describe, expect, it } from "vitest";
import { type NodeId, nodeId } from "../../src/kernel/ids.js";
import { timeout } from "../../src/kernel/machine.js";
import { Prng } from "../../src/kernel/prng.js";
import { instant, micros } from "../../src/kernel/time.js";
import type { MembershipInput } from "../../src/membership/ports.js";
import { Network, node, nodes } from "./support/network.js";
import { lifeOf, Single } from "./support/single.js";

const membersMax = 40;
const peers = ["a", "b", "c", "d"];
const odd: readonly unknown[] = [
  null,
  undefined,
  Number.NaN,
  -1,
  0.5,
  2 ** 53,
  Number.POSITIVE_INFINITY,
  "",
  "__proto__",
  "x".repeat(200),
  {},
  [],
  new Uint8Array(3),
  true,
];

/** Draws bodies: some quite valid lies, some with a field changed, some of nothing that is ours. */
class Liar {
  readonly #dice: Prng;

  constructor(seed: number) {
    this.#dice = new Prng(seed);
  }

  body(): unknown {
    const { below, any } = this;
    const claims = Array.from({ length: below(6) }, () => this.#claim());
    const extra = any([null, 0, 1, ["ping"], lifeOf(below(5)), 2 ** 48 - 1]);
    return this.#spoilt([below(6), this.#incarnation(), this.#rank(), claims, extra]);
  }

  life = (): number => this.any([lifeOf(1), lifeOf(1), lifeOf(0), 0, 1]);

  below = (bound: number): number => this.#dice.below(bound);

  any = <Item>(items: readonly Item[]): Item => items[this.#dice.below(items.length)] as Item;

  #claim(): unknown {
    const { any, below } = this;
    const name = any([...peers, "m", `invented-${below(5_000)}`]);
    const life = any([0, lifeOf(1), lifeOf(1), lifeOf(2), 2 ** 48 - 1]);
    const evidence = ["x", 1, 1, 0, [[any([null, "a", "B!"]), 1, below(3)]]];
    const kinds: readonly unknown[][] = [
      [0, name, life, this.#incarnation(), this.#rank()],
      [0, name, life, this.#incarnation(), this.#rank(), `10.0.0.${below(9)}:7`, below(2)],
      [1, name, life, this.#incarnation(), any([...peers, "m"])],
      [2, name, life, this.#incarnation(), any([...peers, "m"]), evidence],
      [3, name, life, this.#incarnation()],
    ];
    return this.#spoilt(any(kinds));
  }

  #incarnation = (): number => this.any([0, 0, 1, this.below(2_000), 2 ** 32 - 1]);
  #rank = (): number => this.any([0, 1, this.below(1_000), 2 ** 32 - 2, 2 ** 32 - 1]);

  #spoilt(fields: unknown[]): unknown {
    if (!this.#dice.chance(0.15)) return fields;
    const spoilt = [...fields];
    spoilt[this.below(spoilt.length + 1)] = this.any(odd);
    if (this.#dice.chance(0.1)) spoilt.length = this.below(spoilt.length);
    return this.#dice.chance(0.05) ? this.any(odd) : spoilt;
  }
}

const bodies = 200_000;

describe("MEMBER-20: hostile bodies", () => {
  it(`${bodies} to one machine: it never throws, and keeps within its limits`, () => {
    const single = new Single({ settings: { admission: { kind: "open", membersMax } } });
    const liar = new Liar(11);
    for (let count = 0; count < bodies; count += 1) {
      single.now = instant(single.now + 2_000);
      const from = liar.any([...peers, `stranger-${liar.below(20)}`]);
      const body = liar.body();
      // Two who say so would stop us; one of them shall not.
      const saysOutlived = Array.isArray(body) && body[0] === 4;
      if (saysOutlived && from !== "a") continue;
      const origin = liar.any([null, null, "10.0.0.9:7", "rubbish"]);
      const input: MembershipInput = {
        kind: "message",
        from: nodeId(from),
        life: liar.life(),
        origin,
        body,
      };
      const outputs = single.machine.step(single.now, input);
      if (outputs.length > 60) throw new Error(`${outputs.length} outputs for one message`);
      const at = single.machine.deadline();
      if (at !== null && at <= single.now) single.machine.step(single.now, timeout);
      if (count % 1_000 === 0) expectSound(single);
    }
    expectSound(single);
    // Who speaks for itself is a member at once, whatever was said of it.
    for (const peer of peers) {
      single.hear(peer, [], { life: lifeOf(3) });
      expect(single.machine.member(nodeId(peer))).toMatchObject({
        state: "alive",
        life: lifeOf(3),
      });
    }
  });

  it("a liar in a group: nobody loses its name or its place, and all agree afterwards", () => {
    const network = Network.of(5, { seed: 3 });
    network.pass(30);
    const liar = new Liar(12);
    const honest = nodes(5).slice(0, 4);
    for (let round = 0; round < 400; round += 1) {
      for (const target of honest) network.feed(target, lieOf(network, node(4), liar));
      network.pass(0.05);
    }
    expect(network.pass(120, () => network.agree(nodes(5)))).toBe(true);
    network.pass(60);
    expect(network.agree(nodes(5))).toBe(true);
    expect(network.kinds()).not.toContain("identity-lost");
    for (const name of honest) {
      const lives = [...network.machines.values()].map((machine) => machine.member(name)?.life);
      expect(new Set(lives)).toEqual(new Set([lifeOf(1)]));
    }
    expect(network.leaders().size).toBe(1);
  });
});

/** A frame of a member that is authentic, and a body that is a lie about all but its sender. */
function lieOf(network: Network, source: NodeId, liar: Liar): MembershipInput {
  const names = new Map([...peers, "m"].map((name, number) => [name, node(number % 4)] as const));
  const rename = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(rename);
    return typeof value === "string" ? (names.get(value) ?? value) : value;
  };
  const body = rename(liar.body());
  const own = network.machines.get(source)?.member(source);
  if (Array.isArray(body)) body.splice(1, 2, own?.incarnation, own?.rank);
  return { kind: "message", from: source, life: lifeOf(1), origin: null, body };
}

function expectSound(single: Single): void {
  const members = single.machine.members();
  expect(members.length).toBeLessThanOrEqual(membersMax);
  const self = members.find(({ member }) => member === single.self);
  expect(self).toMatchObject({ state: "alive", life: lifeOf(1), address: "10.0.0.1:7000" });
  // It has not been talked into silence.
  expect(single.machine.leader()).not.toBeNull();
  const asleepFor = (single.machine.deadline() ?? 0) - single.now;
  expect(asleepFor).toBeLessThanOrEqual(micros(1_000_000));
}
