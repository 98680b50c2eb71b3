/**
 * AGENT-8: 200,000 datagrams that no honest member would send, at one agent of three. A half comes
 * from outside; the other half from somebody who has the key and speaks under names of its own: of
 * members that are not, of deaths that were not, of lives and incarnations that nobody can have.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { type NodeId, nodeId } from "../../src/kernel/ids.js";
import { Prng } from "../../src/kernel/prng.js";
import { frameKinds } from "../../src/wire/envelope.js";
import { checksumMac } from "../../src/wire/mac.js";
import { Opener } from "../../src/wire/opener.js";
import { Sealer } from "../../src/wire/sealer.js";
import { lengthen, mutations } from "../support/mutations.js";
import { AgentGroup, groupCluster, groupMac, groupMembersMax } from "./agent-group.js";

const outsideCount = 100_000;
const insideCount = 100_000;

/** What may stay after all that, in bytes; the datagrams were over 20 MB. */
const growthMax = 8 * 1024 * 1024;

const [n1, n2, n3] = [nodeId("n1"), nodeId("n2"), nodeId("n3")];
const members: readonly NodeId[] = [n1, n2, n3];
const addressOf = (node: NodeId): string => `10.0.0.${members.indexOf(node) + 1}:7946`;
const target = addressOf(n1);
const hostileAddress = "10.6.6.6:666";

/** Three who have found one another, and what they said to n1 on the way. */
function threeMembers() {
  const group = new AgentGroup();
  const genuine: Uint8Array[] = [];
  group.loses = ({ to, bytes }) => {
    if (to === target && genuine.length < 300) genuine.push(bytes);
    return false;
  };
  for (const node of members) {
    group.start(node, addressOf(node));
    if (node !== n1) group.feed(addressOf(node), { kind: "join", seeds: [target] });
  }
  group.run(30_000_000);
  group.loses = () => false;
  return { group, genuine };
}

const opener = new Opener({
  ...{ cluster: groupCluster, self: nodeId("reader"), bootId: 1, peers: [], mac: groupMac },
  peersMax: 8,
});

class Attack {
  readonly dice = new Prng(88);
  readonly group: AgentGroup;
  readonly #genuine: readonly Uint8Array[];
  /** Bodies that were right once. */
  readonly #bodies: readonly unknown[];
  readonly #ownName = this.#sealer("x1");
  readonly #wrongKey = new Sealer({
    ...{ cluster: groupCluster, self: n2, bootId: 2 ** 47, peers: [] },
    mac: checksumMac(new Uint8Array(16).fill(5)),
  });

  constructor() {
    const { group, genuine } = threeMembers();
    this.group = group;
    this.#genuine = genuine;
    this.#bodies = genuine.flatMap((bytes) => {
      const opened = opener.open(bytes);
      return opened.ok ? [opened.body] : [];
    });
  }

  readonly outside: readonly (() => Uint8Array)[] = [
    () => this.#mutated(),
    () => this.#pick(this.#genuine),
    () => this.#wrongKey.seal("membership", this.#hostileBody(), "some"),
  ];

  readonly inside: readonly (() => Uint8Array)[] = [
    () => this.#ownName.seal("membership", this.#bent(this.#pick(this.#bodies)), "some"),
    () => this.#ownName.seal("membership", this.#hostileBody(), "some"),
    () =>
      this.#sealer(`x${this.dice.below(5_000)}`).seal("membership", this.#hostileBody(), "some"),
    () => this.#ownName.seal(this.#pick(kinds), this.#value(3), "some"),
    () => this.#sealer("n1").seal("membership", this.#hostileBody(), "some"),
  ];

  /** So many datagrams, spread over enough periods that what they did can be answered. */
  strike(ways: readonly (() => Uint8Array)[], count: number): void {
    for (let index = 0; index < count; index += 1) {
      const bytes = this.#pick(ways)();
      const origin = this.dice.chance(0.5) ? hostileAddress : addressOf(this.#pick(members));
      this.group.feed(target, { kind: "datagram", bytes, origin });
      if (index % 100 === 99) this.group.run(50_000);
    }
  }

  #sealer(self: string): Sealer {
    // Of a lower life than the one that it has the name of: a higher one has taken the name.
    const bootId = self === "n1" ? 1 : 1 + this.dice.below(3);
    return new Sealer({
      cluster: groupCluster,
      self: nodeId(self),
      bootId,
      peers: [],
      mac: groupMac,
    });
  }

  #mutated(): Uint8Array {
    const mutation = this.dice.chance(0.01) ? lengthen : this.#pick(mutations);
    const seed = (): Uint8Array => this.#pick(this.#genuine).slice();
    return mutation(seed(), this.dice, seed);
  }

  /** A message that reads as one, and says what is not so. */
  #hostileBody(): unknown {
    const content = this.dice.below(6);
    const claims = Array.from({ length: this.dice.below(12) }, () => this.#claim());
    const extra = this.dice.chance(0.5) ? this.#number() : this.#value(3);
    return [content, this.#number(), this.#number(), claims, extra];
  }

  #claim(): unknown {
    const who = this.dice.chance(0.6) ? this.#pick(members) : `x${this.dice.below(5_000)}`;
    const accuser = this.dice.chance(0.5) ? this.#pick(members) : `x${this.dice.below(5_000)}`;
    const life = this.#pick([1_000, 1_000, 0, 1, 2 ** 47, this.#number()]);
    const claim = [this.dice.below(5), who, life, this.#number(), accuser];
    if (claim[0] === 0) claim[4] = this.#number();
    if (this.dice.chance(0.3)) claim.push(hostileAddress, 1);
    return this.dice.chance(0.9) ? claim : this.#bent(claim);
  }

  #number(): number {
    const extremes = [0, 1, 2, 7, 900, 2_000, 2 ** 31, 2 ** 32 - 1, 2 ** 48 - 1];
    return this.dice.chance(0.7) ? this.#pick(extremes) : this.dice.below(2 ** 32);
  }

  /** With one of its fields, at some depth, in the place of another. */
  #bent(body: unknown): unknown {
    if (!Array.isArray(body) || body.length === 0 || this.dice.chance(0.2)) return this.#value(2);
    const at = this.dice.below(body.length);
    return body.map((item, index) => (index === at ? this.#bent(item) : item));
  }

  #value(depth: number): unknown {
    const leaves = [null, true, "", "n2", "valueOf", new Uint8Array(3), -1, 0.5, 2 ** 53 - 1];
    if (depth === 0 || this.dice.chance(0.4)) return this.#pick(leaves);
    const items = Array.from({ length: this.dice.below(7) }, () => this.#value(depth - 1));
    if (this.dice.chance(0.8)) return items;
    const keys = ["valueOf", "toString", "length", "constructor", "toJSON", "a", "then"];
    return Object.fromEntries(items.map((item, index) => [keys[index], item]));
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[this.dice.below(items.length)] as Item;
  }
}

const kinds = Object.keys(frameKinds).filter(
  (kind) => kind !== "membership",
) as (keyof typeof frameKinds)[];

function settledHeap(): number {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  collect();
  return process.memoryUsage().heapUsed;
}

describe("AGENT-8: hostile datagrams", () => {
  const attack = new Attack();
  const { group } = attack;
  const views = (): (string | null)[][] =>
    members.map((viewer) => members.map((node) => group.standing(addressOf(viewer), node)));
  const allAlive = members.map(() => members.map(() => "alive"));

  it("begin where three members know one another", () => {
    expect(views()).toEqual(allAlive);
  });

  it(`from outside, ${outsideCount} of them, change nothing at all`, () => {
    const before = settledHeap();
    const told = group.events.length;
    attack.strike(attack.outside, outsideCount);
    expect(settledHeap() - before).toBeLessThan(growthMax);
    const since = group.events.slice(told);
    expect(new Set(since.map(({ event }) => event.kind))).toEqual(new Set(["refused"]));
    // Told rarely: in 50 s, a few times each reason.
    expect(since.length).toBeLessThan(100);
    expect(views()).toEqual(allAlive);
    expect(group.at(target).status(group.now).members).toHaveLength(3);
    expect(group.at(target).status(group.now).refusals["bad-tag"]).toBeGreaterThan(10_000);
  });

  it(`from somebody with the key, ${insideCount} of them, stay within the limits`, () => {
    const before = settledHeap();
    attack.strike(attack.inside, insideCount);
    expect(settledHeap() - before).toBeLessThan(growthMax);
    for (const node of members) {
      const { members: view, silenced } = group.at(addressOf(node)).status(group.now);
      expect([node, silenced, view.length <= groupMembersMax]).toEqual([node, false, true]);
    }
    const { refusals } = group.at(target).status(group.now);
    for (const reason of ["not-for-members", "membership-malformed", "own-frame"]) {
      expect([reason, (refusals[reason] ?? 0) > 0]).toEqual([reason, true]);
    }
  });

  it("disturb no member that answers for itself, once they are over", () => {
    group.run(60_000_000);
    expect(views()).toEqual(allAlive);
    const lost = group.events.filter(({ event }) => event.kind === "identity-lost");
    expect(lost).toEqual([]);
    // Whoever has the key can declare a death. The dead answers, and it is taken back.
    for (const node of members) {
      const told = group.events.filter(({ event }) => "member" in event && event.member === node);
      const kinds = told.map(({ node: viewer, event }) => `${viewer} ${event.kind}`);
      for (const viewer of members) {
        const last = kinds.filter((kind) => kind.startsWith(`${viewer} `)).at(-1) ?? "";
        expect(last).not.toMatch(/died|suspected|unreachable|left|forgotten/);
      }
    }
  });
});
