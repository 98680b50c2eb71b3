/**
 * NODE-2: whatever arrives, nothing is thrown, what healthy replicas vote and who drives stays, and
 * each refusal is told and counted. One of three is hostile, so it may also speak in its own name.
 */
import { describe, expect, it } from "vitest";
import { channelWords } from "../../src/control/cycle/overrides.js";
import { nodeId } from "../../src/kernel/ids.js";
import { Prng } from "../../src/kernel/prng.js";
import type { NodeOutput } from "../../src/node/ports.js";
import { type FrameKind, frameKinds } from "../../src/wire/envelope.js";
import { checksumMac } from "../../src/wire/mac.js";
import { reseal } from "../../src/wire/reseal.js";
import { Sealer } from "../../src/wire/sealer.js";
import { BenchCluster, benchMac } from "../support/bench-cluster.js";
import { counting } from "../support/counting-app.js";

const [n1, n2, n3] = [nodeId("n1"), nodeId("n2"), nodeId("n3")];
const kinds = Object.keys(frameKinds) as FrameKind[];

const isRefusal = (output: NodeOutput): boolean =>
  output.kind === "report" && output.event.kind === "refused";

class Attack {
  readonly cluster = new BenchCluster(counting, 3);
  readonly dice = new Prng(7);
  /** By way of attack, how many datagrams were fed, and how many of them were refused. */
  readonly tally = new Map<string, { fed: number; refused: number }>();
  readonly #seen: Uint8Array[] = [];
  readonly #hostile: Sealer;

  constructor() {
    const { cluster } = this;
    cluster.drop = (_, target, bytes) => {
      if (target === n1 && this.#seen.length < 500) this.#seen.push(bytes);
      return false;
    };
    cluster.run(2_000);
    cluster.drop = () => false;
    cluster.stop(n3);
    cluster.run(1);
    this.#hostile = this.#sealer(n3, 1_000);
  }

  #sealer(self: string, bootId: number, mac = benchMac): Sealer {
    return new Sealer({ cluster: "bench", self: nodeId(self), bootId, peers: [], mac });
  }

  readonly #strangersKey = checksumMac(new Uint8Array(16).fill(8));
  readonly #impostors = {
    stranger: this.#sealer("n9", 1),
    echo: this.#sealer("n1", 1_000),
    wrongKey: this.#sealer("n2", 1_000, this.#strangersKey),
  };

  readonly ways: Record<string, () => Uint8Array> = {
    noise: () => this.#bytes(this.dice.below(200)),
    oversize: () => this.#bytes(8_193 + this.dice.below(100)),
    mutated: () => this.#mutated(),
    replayed: () => this.#pick(this.#seen),
    "own name": () => this.#impostors.echo.seal("sample", this.#value(3)),
    "another's name": () => this.#impostors.wrongKey.seal("membership", [1]),
    stranger: () => this.#impostors.stranger.seal(this.#pick(kinds), this.#value(3)),
    "hostile body": () => this.#hostile.seal(this.#pick(kinds), this.#value(4)),
    "bent body": () => this.#bent(),
  };

  strike(way: string, target = n1): void {
    const bytes = (this.ways[way] as () => Uint8Array)();
    const outputs = this.cluster.feed(target, { kind: "datagram", bytes });
    const count = this.tally.get(way) ?? { fed: 0, refused: 0 };
    count.fed += 1;
    count.refused += outputs.filter(isRefusal).length;
    this.tally.set(way, count);
  }

  #mutated(): Uint8Array {
    const bytes = this.#pick(this.#seen).slice();
    const at = this.dice.below(bytes.length);
    bytes[at] = (bytes[at] as number) ^ (1 << this.dice.below(8));
    return bytes;
  }

  /** A body that was right once, with one field of it bent, under a genuine envelope. */
  #bent(): Uint8Array {
    const kind = this.#pick(kinds);
    const { cycle, nodes } = { cycle: Math.floor(this.cluster.now / 100_000), nodes: [0, 1, 2] };
    const bodies: Record<FrameKind, unknown[]> = {
      heartbeat: [0, [5], []],
      membership: [0, [5], []],
      sample: [cycle, this.cluster.now, 77, 2, [null, 0, 0], [[20, 0]]],
      "sample-request": [cycle, nodes],
      "state-request": [cycle - 1],
      "state-reply": [cycle - 1, { sum: 1 }, cycle, [null]],
      // Of its own channel: a replica that says a person's word is believed.
      override: [cycle + 3, "level", "n3/level", this.#pick(channelWords)],
      replication: [3, 1, 0, 0, 0, 0, 1, new Uint8Array(0)],
      paths: [["n1", "n2", "n3"], [this.dice.below(2 ** 31) + 1, [1, 16, 0]], []],
    };
    const body = bodies[kind];
    if (this.dice.chance(0.8)) body[this.dice.below(body.length)] = this.#value(3);
    return this.#hostile.seal(kind, body);
  }

  #value(depth: number): unknown {
    const extremes = [0, 1, -1, 2 ** 31, 2 ** 48, 2 ** 50, Number.MAX_SAFE_INTEGER, 1e300, 0.5];
    const leaves = [null, true, "", "x", "valueOf", new Uint8Array(3), this.#pick(extremes)];
    if (depth === 0 || this.dice.chance(0.4)) return this.#pick(leaves);
    const items = Array.from({ length: this.dice.below(7) }, () => this.#value(depth - 1));
    if (this.dice.chance(0.8)) return items;
    const keys = ["valueOf", "toString", "length", "constructor", "toJSON", "a", "then"];
    return Object.fromEntries(items.map((item, index) => [keys[index], item]));
  }

  #bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.dice.below(256));
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[this.dice.below(items.length)] as Item;
  }
}

describe("NODE-2: hostile datagrams", () => {
  const attack = new Attack();
  const { cluster } = attack;
  const ways = Object.keys(attack.ways);
  const rounds = 2_400;
  // To n2 these are frames that it has not had, or of a traitor with the key in the name of n1.
  const onlyOnFirst = ["replayed", "own name"];
  const driverBefore = cluster.drivers();
  const beganAt = cluster.now;
  for (let round = 0; round < rounds; round += 1) {
    for (const way of ways)
      attack.strike(way, round % 4 === 0 && !onlyOnFirst.includes(way) ? n2 : n1);
    cluster.run(2);
  }

  it("are many", () => {
    expect(rounds * ways.length).toBeGreaterThan(20_000);
  });

  it("never change who drives", () => {
    expect(driverBefore).toEqual([n1]);
    expect(cluster.drivers()).toEqual([n1]);
    expect(cluster.driving()).toEqual([n1]);
    expect(cluster.events("lease-lost").filter(({ at }) => at > beganAt)).toEqual([]);
    expect(cluster.conflicts).toEqual([]);
  });

  it("never change what healthy replicas vote, in any cycle", () => {
    const votes = cluster.events("voted").filter(({ at }) => at > beganAt);
    for (const id of [n1, n2]) {
      const mine = votes.filter(({ node }) => node === id).map(({ event }) => event);
      const first = mine[0]?.kind === "voted" ? mine[0].cycle : 0;
      expect(mine.length).toBeGreaterThanOrEqual(47);
      expect(mine).toMatchObject(
        mine.map((_, index) => ({ cycle: first + index, verdict: { value: 20 } })),
      );
    }
    expect(cluster.events("desynchronised")).toEqual([]);
    expect(cluster.events("state-diverged")).toEqual([]);
    expect(cluster.events("supervision-failed")).toEqual([]);
  });

  const forged = ways.filter((way) => !way.endsWith("body"));
  for (const way of forged) {
    it(`are told as refused, each of them: ${way}`, () => {
      expect(attack.tally.get(way)).toEqual({ fed: rounds, refused: rounds });
    });
  }

  it("with a genuine envelope are refused for their bodies, most of them", () => {
    const hostile = attack.tally.get("hostile body");
    expect(hostile?.refused).toBeGreaterThan(rounds * 0.95);
    const bent = attack.tally.get("bent body");
    expect(bent?.refused).toBeGreaterThan(rounds * 0.2);
    expect(bent?.refused).toBeLessThan(rounds * 0.9);
  });

  it("are counted by reason in the status, as often as they were told", () => {
    for (const id of [n1, n2]) {
      const told = cluster.events("refused").filter(({ node }) => node === id).length;
      const { refusals = {} } = cluster.nodes.get(id)?.status(cluster.now) ?? {};
      const counted = Object.values(refusals).reduce((sum, count) => sum + count, 0);
      expect(counted).toBe(told);
      // A beat is a body of the membership as well, and told as that.
      for (const kind of kinds.filter((one) => one !== "heartbeat")) {
        expect(refusals[`bad-${kind}`]).toBeGreaterThan(0);
      }
    }
  });
});

describe("NODE-2: a reply with the right state and a hostile health", () => {
  const poison: unknown[] = [
    [[{ valueOf: 1, toString: 1 }]],
    [{ v: 1, at: 0, channels: [[{ valueOf: 1, toString: 1 }], [], []] }],
    [{ v: 1, at: 0, channels: [[0, { valueOf: 1, toString: 1 }], [], []] }],
    [{ v: 1, at: Number.MAX_SAFE_INTEGER, channels: [] }],
    null,
  ];
  for (const [index, health] of poison.entries()) {
    it(`is taken without its health: ${index}`, () => {
      const cluster = new BenchCluster(counting, 3);
      cluster.run(2_000);
      cluster.stop(n3);
      cluster.run(500);
      cluster.start(n3);
      const node = cluster.nodes.get(n3);
      expect(node).toBeDefined();
      if (node === undefined) return;
      const step = node.step.bind(node);
      node.step = (now, input) => {
        if (input.kind !== "datagram") return step(now, input);
        const bytes = reseal(input.bytes, benchMac, (kind, body) =>
          kind === "state-reply" && Array.isArray(body) ? [...body.slice(0, 3), health] : body,
        );
        return step(now, { kind: "datagram", bytes: bytes ?? input.bytes });
      };
      cluster.run(3_000);
      expect(node.status(cluster.now).cycle.standing).toBe("consistent");
      expect(node.status(cluster.now).sensors[0]?.verdict).toMatchObject({ value: 20 });
    });
  }
});
