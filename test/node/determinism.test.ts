/** NODE-1: a node is a function of what it was fed. */
import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import { type NodeId, nodeId } from "../../src/kernel/ids.js";
import { Prng } from "../../src/kernel/prng.js";
import { Node } from "../../src/node/node.js";
import { BenchCluster, benchMac, type SeenStep } from "../support/bench-cluster.js";
import { counting } from "../support/counting-app.js";

const [n1, n2, n3] = [nodeId("n1"), nodeId("n2"), nodeId("n3")];

function faultyRun(): BenchCluster {
  const cluster = new BenchCluster(counting, 3);
  const dice = new Prng(3);
  cluster.drop = () => dice.chance(0.1);
  cluster.read = (node, _, at) => 20 + Number(node.slice(1)) / 10 + (at % 700_000) / 1e6;
  cluster.run(3_000);
  for (const victim of [n1, n2, n3]) {
    cluster.stop(victim);
    cluster.run(700);
    cluster.start(victim);
    cluster.run(800);
    cluster.run(130, [victim]);
    cluster.run(1_000);
  }
  return cluster;
}

type Change = (step: Extract<SeenStep, { kind: "step" }>, index: number) => typeof step;

/** Steps another node through what the first was fed; tells where their outputs first differ. */
function replay(cluster: BenchCluster, self: NodeId, change: Change = (step) => step) {
  let twin: Node | null = null;
  const steps = cluster.steps.filter((step) => step.node === self);
  for (const [index, step] of steps.entries()) {
    if (step.kind === "start") {
      const { settings } = cluster;
      twin = new Node({ settings, self, now: step.at, bootId: step.bootId, mac: benchMac });
      continue;
    }
    const { at, input } = change(step, index);
    if (!isDeepStrictEqual(twin?.step(at, input), step.outputs)) return { steps, differs: index };
  }
  return { steps, differs: null };
}

describe("NODE-1: the same inputs at the same instants", () => {
  const cluster = faultyRun();

  for (const self of [n1, n2, n3]) {
    it(`give the same outputs, to the byte, also through losses and restarts: ${self}`, () => {
      const { steps, differs } = replay(cluster, self);
      expect(differs).toBeNull();
      expect(steps.length).toBeGreaterThan(1_000);
      expect(steps.filter(({ kind }) => kind === "start")).toHaveLength(2);
    });
  }

  it("and others do not: one byte of one datagram", () => {
    let changed = -1;
    const { differs } = replay(cluster, n1, (step, index) => {
      if (step.input.kind !== "datagram" || index < 500 || changed >= 0) return step;
      changed = index;
      const bytes = step.input.bytes.slice();
      bytes[20] = (bytes[20] as number) ^ 1;
      return { ...step, input: { kind: "datagram", bytes } };
    });
    expect(changed).toBeGreaterThanOrEqual(500);
    expect(differs).toBe(changed);
  });
});
