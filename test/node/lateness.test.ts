/** NODE-3 and NODE-4: a node that slept, and a part of it that stopped. */
import { describe, expect, it } from "vitest";
import { nodeId } from "../../src/kernel/ids.js";
import type { NodeOutput } from "../../src/node/ports.js";
import { BenchCluster } from "../support/bench-cluster.js";
import { counting } from "../support/counting-app.js";

const n1 = nodeId("n1");

/** The driver sleeps until its next deadline is `by` milliseconds past; then it is woken. */
function driverSleeps(by: number): { cluster: BenchCluster; woken: readonly NodeOutput[] } {
  const cluster = new BenchCluster(counting, 3);
  cluster.run(2_000);
  while (cluster.outputs.at(-1)?.output.kind !== "write") cluster.run(0.1);
  expect(cluster.drivers()).toEqual([n1]);
  const deadline = cluster.nodes.get(n1)?.deadline() ?? cluster.now;
  cluster.run((deadline - cluster.now) / 1_000 + by, [n1]);
  const before = cluster.outputs.length;
  // Its lease would last longer: the clock alone does not take it away.
  const until = cluster.nodes.get(n1)?.status(cluster.now).drives;
  expect(until).toBe(true);
  cluster.run(0);
  const woken = cluster.outputs.slice(before).filter(({ node }) => node === n1);
  return { cluster, woken: woken.map(({ output }) => output) };
}

const reported = (outputs: readonly NodeOutput[], kind: string): boolean =>
  outputs.some((output) => output.kind === "report" && output.event.kind === kind);

describe("NODE-3: a driver that was woken late", () => {
  it("by more than latenessMax gives up before it writes", () => {
    const { cluster, woken } = driverSleeps(76);
    expect(reported(woken, "was-late")).toBe(true);
    expect(woken.filter(({ kind }) => kind === "write")).toEqual([]);
    expect(woken.filter(({ kind }) => kind === "release")).toHaveLength(1);
    expect(cluster.events("lease-lost")).toMatchObject([{ event: { reason: "late" } }]);
    cluster.run(2_000);
    expect(cluster.drivers()).toHaveLength(1);
    expect(cluster.conflicts).toEqual([]);
    const suspicions = cluster.events("peer-suspected").filter(({ node }) => node === n1);
    expect(suspicions).toEqual([]);
  });

  it("by less goes on driving", () => {
    const { cluster, woken } = driverSleeps(74);
    expect(reported(woken, "was-late")).toBe(false);
    cluster.run(2_000);
    expect(cluster.events("lease-lost")).toEqual([]);
    expect(cluster.drivers()).toEqual([n1]);
    expect(cluster.conflicts).toEqual([]);
  });
});

describe("NODE-4: the watchdog", () => {
  const pets = (cluster: BenchCluster, since: number): number =>
    cluster.outputs.filter(
      ({ at, node, output }) => node === n1 && at > since && output.kind === "pet",
    ).length;

  /** Wakes the node in every cycle only after the cut-off: it beats, and votes nothing. */
  function withoutCycles(cluster: BenchCluster, count: number): void {
    for (let index = 0; index < count; index += 1) {
      cluster.run(60, [n1]);
      cluster.run(40);
    }
  }

  it("is petted once in a quarter of its patience while all is well", () => {
    const cluster = new BenchCluster(counting, 3);
    cluster.run(2_000);
    const since = cluster.now;
    cluster.run(5_000);
    expect(pets(cluster, since)).toBe(20);
    expect(cluster.events("supervision-failed")).toEqual([]);
  });

  it("is not petted while the control cycle is not completed, though the heart beats", () => {
    const cluster = new BenchCluster(counting, 3);
    cluster.run(1_990);
    withoutCycles(cluster, 10);
    const since = cluster.now;
    withoutCycles(cluster, 20);
    expect(pets(cluster, since)).toBe(0);
    const failed = cluster.events("supervision-failed").filter(({ node }) => node === n1);
    expect(failed).toMatchObject([{ event: { entity: "control-cycle" } }]);
    expect(cluster.events("peer-suspected")).toEqual([]);
  });

  it("is petted again when the cycle is in time again", () => {
    const cluster = new BenchCluster(counting, 3);
    cluster.run(1_990);
    withoutCycles(cluster, 20);
    cluster.run(1_000);
    const since = cluster.now;
    cluster.run(2_000);
    expect(cluster.events("supervision-restored")).toHaveLength(1);
    expect(pets(cluster, since)).toBe(8);
  });
});
