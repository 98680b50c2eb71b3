import { describe, expect, it } from "vitest";
import { defineApp } from "../../src/control/app.js";
import { nodeId } from "../../src/kernel/ids.js";
import { BenchCluster } from "../support/bench-cluster.js";

const [n1, n2, n3] = [nodeId("n1"), nodeId("n2"), nodeId("n3")];

const counting = defineApp({
  name: "counting",
  sensors: { level: { unit: "m", min: 0, max: 100, tolerance: 1 } },
  outputs: { valve: { unit: "ratio", min: 0, max: 1, safe: { kind: "value", value: 0 } } },
  initial: { sum: 0 },
  control({ state, inputs }) {
    const sum = state.sum + (inputs.level.value ?? 0);
    return { state: { sum }, commands: { valve: (inputs.level.value ?? 0) / 100 } };
  },
});

describe("three nodes", () => {
  it("synchronise, vote, and one of them drives", () => {
    const cluster = new BenchCluster(counting, 3);
    cluster.run(3_000);
    expect(cluster.drivers()).toHaveLength(1);
    expect(cluster.events("synchronised")).toHaveLength(3);
    expect(cluster.events("state-diverged")).toEqual([]);
    expect(cluster.events("refused")).toEqual([]);
    const kinds = new Set(cluster.events().map(({ event }) => event.kind));
    console.log(kinds, cluster.events("lease-acquired"));
    for (const node of cluster.nodes.values()) {
      expect(node.status(cluster.now).sensors[0]?.verdict).toMatchObject({
        value: 20,
        status: "ok",
      });
    }
  });
});
void [n1, n2, n3];
