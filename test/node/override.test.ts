/** OVERRIDE on real nodes: one replica is told, and all take the word, whatever is lost. */
import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import type { ChannelWord } from "../../src/control/cycle/overrides.js";
import { type NodeId, nodeId } from "../../src/kernel/ids.js";
import { Prng } from "../../src/kernel/prng.js";
import { Node } from "../../src/node/node.js";
import { BenchCluster, benchMac } from "../support/bench-cluster.js";
import { counting } from "../support/counting-app.js";

const [n1, n2, n3] = [nodeId("n1"), nodeId("n2"), nodeId("n3")];
const all = [n1, n2, n3];

function running(): BenchCluster {
  const cluster = new BenchCluster(counting, 3);
  cluster.read = (node) => 20 + Number(node.slice(1)) * 0.2;
  cluster.run(2_000);
  cluster.outputs.length = 0;
  return cluster;
}

function say(cluster: BenchCluster, to: NodeId, word: ChannelWord, channel = "n2/level") {
  const command = { sensor: "level", channel, word };
  const refusal = cluster.nodes.get(to)?.whyNot(command) ?? null;
  if (refusal === null) cluster.feed(to, { kind: "override", ...command });
  return refusal;
}

const stateOf = (cluster: BenchCluster, at: NodeId, channel = "n2/level") =>
  cluster.nodes
    .get(at)
    ?.status(cluster.now)
    .sensors[0]?.channels.find((standing) => standing.channel === channel)?.state;

const states = (cluster: BenchCluster, channel?: string) =>
  all.map((node) => stateOf(cluster, node, channel));

/** By replica, the first cycle whose vote did not count the channel. */
const excludedIn = (cluster: BenchCluster): (number | undefined)[] =>
  all.map((id) => {
    const first = cluster.events("voted").find(({ node, event }) => {
      return node === id && event.kind === "voted" && event.verdict.excluded.length > 0;
    });
    return first?.event.kind === "voted" ? first.event.cycle : undefined;
  });

describe("OVERRIDE-1: a word that one replica is told", () => {
  it.each(all)("holds on all in the same cycle: told to %s", (to) => {
    const cluster = running();
    expect(say(cluster, to, "exclude")).toBeNull();
    cluster.run(300);
    expect(states(cluster)).toEqual(["trusted", "trusted", "trusted"]);
    cluster.run(700);
    expect(states(cluster)).toEqual(["overridden", "overridden", "overridden"]);
    const [first, ...others] = excludedIn(cluster);
    expect(others).toEqual([first, first]);
    expect(cluster.events("channel-overridden")).toHaveLength(3);
    expect(cluster.events("state-diverged")).toEqual([]);
    cluster.run(5_000);
    expect(cluster.events("channel-overridden")).toHaveLength(3);
    expect(states(cluster)).toEqual(["overridden", "overridden", "overridden"]);
  });

  it("is taken back by auto, through quarantine and probation", () => {
    const cluster = running();
    say(cluster, n1, "exclude");
    cluster.run(1_000);
    expect(say(cluster, n3, "auto")).toBeNull();
    cluster.run(1_000);
    expect(new Set(states(cluster))).not.toContain("overridden");
    cluster.run(3_000);
    expect(states(cluster)).toEqual(["trusted", "trusted", "trusted"]);
  });

  it("lets a channel count that its health would exclude", () => {
    const cluster = running();
    say(cluster, n2, "include", "n3/level");
    cluster.run(1_000);
    cluster.read = (node) => (node === n3 ? 80 : 20);
    cluster.run(3_000);
    expect(states(cluster, "n3/level")).toEqual(["vouched", "vouched", "vouched"]);
    expect(cluster.events("channel-excluded")).toEqual([]);
  });

  it("reaches a replica that joins later, with the health of the channels", () => {
    const cluster = running();
    say(cluster, n1, "exclude");
    cluster.run(2_000);
    cluster.stop(n3);
    cluster.run(1_000);
    cluster.start(n3);
    cluster.run(3_000);
    expect(states(cluster)).toEqual(["overridden", "overridden", "overridden"]);
  });
});

describe("OVERRIDE-4: with three of ten datagrams lost", () => {
  it.each(Array.from({ length: 20 }, (_, seed) => seed))(
    "it reaches all three: seed %i",
    (seed) => {
      const cluster = running();
      const dice = new Prng(seed);
      cluster.drop = () => dice.chance(0.3);
      // Who has lost the majority's time says so, and is not told.
      while (say(cluster, n2, "exclude") !== null) cluster.run(100);
      cluster.run(1_500);
      cluster.drop = () => false;
      cluster.run(2_000);
      expect(states(cluster)).toEqual(["overridden", "overridden", "overridden"]);
    },
  );

  it("and all where whoever was told is not heard for a while", () => {
    const cluster = running();
    cluster.drop = (source) => source === n1;
    say(cluster, n1, "exclude");
    cluster.run(250);
    cluster.drop = () => false;
    cluster.run(1_500);
    expect(states(cluster)).toEqual(["overridden", "overridden", "overridden"]);
  });
});

describe("OVERRIDE-5: a word that makes no sense", () => {
  it("is refused with the reason, and changes nothing where it is fed all the same", () => {
    const cluster = running();
    const node = cluster.nodes.get(n1);
    const wrong = [
      { sensor: "flow", channel: "n2/level", word: "exclude", why: "unknown-sensor" },
      { sensor: "level", channel: "n9/level", word: "exclude", why: "unknown-channel" },
      { sensor: "level", channel: "n2/level", word: "release", why: "not-latched" },
    ] as const;
    for (const { why, ...command } of wrong) {
      expect(node?.whyNot(command)).toBe(why);
      expect(cluster.feed(n1, { kind: "override", ...command })).toEqual([]);
    }
    cluster.run(1_000);
    expect(states(cluster)).toEqual(["trusted", "trusted", "trusted"]);
  });

  it("is refused while the replica does not share the cluster's time, or is told too much", () => {
    const cluster = new BenchCluster(counting, 3);
    expect(say(cluster, n1, "exclude")).toBe("not-aligned");
    cluster.run(2_000);
    const refusals = Array.from({ length: 40 }, (_, index) =>
      say(cluster, n1, index % 2 === 0 ? "exclude" : "include"),
    );
    expect(refusals.filter((refusal) => refusal === null)).toHaveLength(32);
    expect(refusals.at(-1)).toBe("busy");
    cluster.run(12_000);
    expect(say(cluster, n1, "auto")).toBeNull();
  });
});

describe("NODE-1 with a person's word", () => {
  it("the same inputs give the same outputs", () => {
    const cluster = running();
    say(cluster, n2, "exclude");
    cluster.run(1_000);
    say(cluster, n2, "auto");
    cluster.run(2_000);
    let twin: Node | null = null;
    const fed: string[] = [];
    for (const step of cluster.steps.filter(({ node }) => node === n2)) {
      if (step.kind === "start") {
        const { settings } = cluster;
        twin = new Node({ settings, self: n2, now: step.at, bootId: step.bootId, mac: benchMac });
        continue;
      }
      fed.push(step.input.kind);
      expect(isDeepStrictEqual(twin?.step(step.at, step.input), step.outputs)).toBe(true);
    }
    expect(fed.filter((kind) => kind === "override")).toHaveLength(2);
  });
});
