/** CYCLE-6 on real nodes: a slow link is told from a dead one. */
import { describe, expect, it } from "vitest";
import { type NodeId, nodeId } from "../../src/kernel/ids.js";
import { millis } from "../../src/kernel/time.js";
import { BenchCluster, networkDelay } from "../support/bench-cluster.js";
import { counting } from "../support/counting-app.js";
import { isKind, isSampleOf } from "../support/frames.js";

const [n1, n2] = [nodeId("n1"), nodeId("n2")];

const running = (): BenchCluster => {
  const cluster = new BenchCluster(counting, 3);
  cluster.run(2_000);
  cluster.outputs.length = 0;
  return cluster;
};

const reasonsAt = (cluster: BenchCluster, id: NodeId): string[] =>
  cluster.events("voted").flatMap(({ node, event }) => {
    if (event.kind !== "voted" || node !== id) return [];
    return event.verdict.excluded.map(({ channel, reason }) => `${channel} ${reason}`);
  });

const exclusions = (cluster: BenchCluster) =>
  cluster
    .events("channel-excluded")
    .map(({ node, event }) => {
      return event.kind === "channel-excluded" ? `${node}: ${event.channel} ${event.reason}` : "";
    })
    .sort();

describe("CYCLE-6: a replica whose samples are slow", () => {
  it("everywhere is excluded as LATE, and its peers do not suspect it", () => {
    const cluster = running();
    cluster.delay = (source, _, bytes) =>
      source === n2 && isKind(bytes, "sample") ? millis(60) : networkDelay;
    cluster.run(2_000);
    expect(exclusions(cluster)).toEqual(["n1: n2/level LATE", "n3: n2/level LATE"]);
    expect(cluster.events("peer-suspected")).toEqual([]);
    expect(cluster.drivers()).toHaveLength(1);
  });

  it("to one reader only counts there all the same: the third replica sends them again", () => {
    const cluster = running();
    cluster.delay = (source, target, bytes) =>
      source === n2 && target === n1 && isKind(bytes, "sample") ? millis(60) : networkDelay;
    cluster.run(2_000);
    expect(reasonsAt(cluster, n1)).toEqual([]);
    expect(exclusions(cluster)).toEqual([]);
  });
});

describe("CYCLE-6: a replica whose samples are lost", () => {
  it("everywhere is excluded with NO_DATA", () => {
    const cluster = running();
    cluster.drop = (_, __, bytes) => isSampleOf(bytes, n2);
    cluster.run(2_000);
    expect(exclusions(cluster)).toEqual(["n1: n2/level NO_DATA", "n3: n2/level NO_DATA"]);
  });

  it("to one reader only counts there all the same", () => {
    const cluster = running();
    cluster.drop = (source, target, bytes) =>
      source === n2 && target === n1 && isSampleOf(bytes, n2);
    cluster.run(2_000);
    expect(reasonsAt(cluster, n1)).toEqual([]);
  });
});
