/**
 * Nodes under the authenticator that live replicas use, against somebody on the network who has
 * every frame that was ever sent but not the key: what is replayed into a node changes nothing,
 * also when its sender, or the node itself, has booted since (WIRE-5, WIRE-6, NODE-2).
 */
import { describe, expect, it } from "vitest";
import { type NodeId, nodeId } from "../../src/kernel/ids.js";
import type { Instant } from "../../src/kernel/time.js";
import { hmacSha256 } from "../../src/wire/mac.js";
import { BenchCluster, networkDelay } from "../support/bench-cluster.js";
import { counting } from "../support/counting-app.js";

const [n1, n2, n3] = [nodeId("n1"), nodeId("n2"), nodeId("n3")];
const key = (byte: number) => hmacSha256(new Uint8Array(32).fill(byte));
const authenticated = () => new BenchCluster(counting, 3, {}, key(7));

const refusalsOf = (cluster: BenchCluster, node: NodeId) =>
  cluster.nodes.get(node)?.status(cluster.now).refusals ?? {};

interface Heard {
  readonly at: Instant;
  readonly source: NodeId;
  readonly target: NodeId;
  readonly bytes: Uint8Array;
}

/** Every frame that is sent from now on, lost or not. */
function listen(cluster: BenchCluster): Heard[] {
  const heard: Heard[] = [];
  cluster.drop = (source, target, bytes) => {
    heard.push({ at: cluster.now, source, target, bytes });
    return false;
  };
  return heard;
}

function expectHealthy(cluster: BenchCluster): void {
  expect(cluster.conflicts).toEqual([]);
  expect(cluster.drivers()).toHaveLength(1);
  expect(cluster.driving()).toEqual(cluster.drivers());
  for (const [id, node] of cluster.nodes) {
    const { cycle, sensors } = node.status(cluster.now);
    expect(sensors[0]?.verdict, id).toMatchObject({ value: 20, status: "ok" });
    expect(cycle.standing, id).toBe("consistent");
  }
}

describe("WIRE-10: nodes that authenticate by HMAC-SHA-256", () => {
  it("synchronise, vote, and one drives", () => {
    const cluster = authenticated();
    cluster.run(3_000);
    expect(cluster.events("refused")).toEqual([]);
    expectHealthy(cluster);
  });

  it("are alone, and drive nothing, where each has another key", () => {
    const cluster = authenticated();
    const others = new BenchCluster(counting, 3, {}, key(8));
    cluster.stop(n2);
    cluster.stop(n3);
    const frames = listen(others);
    others.run(3_000);
    cluster.run(1_000);
    for (const { target, bytes } of frames.filter(({ target }) => target === n1)) {
      cluster.feed(target, { kind: "datagram", bytes });
      cluster.run(1);
    }
    expect(cluster.drivers()).toEqual([]);
    expect(refusalsOf(cluster, n1)).toMatchObject({
      "bad-tag": frames.filter(({ target }) => target === n1).length,
    });
  });
});

describe("WIRE-6: what a node sent before it booted again", () => {
  it("is refused by the others, also what never arrived", () => {
    const cluster = authenticated();
    const heard = listen(cluster);
    cluster.run(2_000);
    const unseen: Heard[] = [];
    cluster.drop = (source, target, bytes) => {
      if (source === n2) unseen.push({ at: cluster.now, source, target, bytes });
      return source === n2;
    };
    cluster.run(300);
    cluster.drop = () => false;
    cluster.stop(n2);
    cluster.start(n2);
    cluster.run(1_000);
    const before = refusalsOf(cluster, n1)["old-boot"] ?? 0;
    const replayed = [...heard, ...unseen].filter(
      ({ source, target }) => source === n2 && target === n1,
    );
    expect(unseen.length).toBeGreaterThan(5);
    for (const { bytes } of replayed) cluster.feed(n1, { kind: "datagram", bytes });
    expect(refusalsOf(cluster, n1)["old-boot"]).toBe(before + replayed.length);
    cluster.run(1_000);
    expectHealthy(cluster);
  });
});

describe("NODE-2: a node that has just booted, and knows no boots of its peers", () => {
  /** Plays all that n1 was sent in its life before, which began at `born`, at the same pace. */
  function replay(cluster: BenchCluster, heard: readonly Heard[], born: Instant): void {
    let at: number = born;
    for (const frame of heard.filter(({ target }) => target === n1)) {
      const arrival = frame.at + networkDelay;
      cluster.run((arrival - at) / 1_000);
      at = arrival;
      cluster.feed(n1, { kind: "datagram", bytes: frame.bytes });
    }
  }

  it("may take replayed frames for its peers, but drives nothing on them", () => {
    const cluster = authenticated();
    cluster.run(2_000);
    cluster.stop(n1);
    cluster.run(500);
    const heard = listen(cluster);
    const born = cluster.now;
    cluster.start(n1);
    cluster.run(1_500);
    // The turn goes from n2 to n3, and from there to n1.
    cluster.stop(n2);
    cluster.run(1_500);
    cluster.start(n2);
    cluster.run(1_500);
    cluster.stop(n3);
    cluster.run(1_500);
    // So in these frames n1 was given the state, and then, by n2, the right to drive.
    expect(cluster.driving()).toEqual([n1]);
    cluster.stop(n1);
    cluster.stop(n2);
    cluster.run(500);
    cluster.start(n1);
    const { length } = cluster.outputs;
    const bornAgain = cluster.now;
    replay(cluster, [...heard], born);
    // They do have an effect, as the README of the wire says; only not this one.
    expect(cluster.events("synchronised").at(-1)?.at).toBeGreaterThan(bornAgain);
    const kinds = cluster.outputs.slice(length).map(({ output }) => output.kind);
    expect(kinds).not.toContain("write");
    expect(cluster.drivers()).toEqual([]);
  });

  it("is as good as the others when it hears them beside the replays", () => {
    const cluster = authenticated();
    const born = cluster.now;
    const heard = listen(cluster);
    cluster.run(3_000);
    const before = [...heard];
    cluster.drop = () => false;
    cluster.stop(n1);
    cluster.run(500);
    cluster.start(n1);
    replay(cluster, before, born);
    expectHealthy(cluster);
    const { replayed = 0 } = refusalsOf(cluster, n1);
    expect(replayed).toBeGreaterThan(before.filter(({ target }) => target === n1).length / 2);
  });
});
