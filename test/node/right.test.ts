/** The right to drive as a lock in the replicated state of a whole cluster (RIGHT-1 to RIGHT-7). */
import { describe, expect, it } from "vitest";
import { type NodeId, nodeId } from "../../src/kernel/ids.js";
import { millis, seconds } from "../../src/kernel/time.js";
import type { StateSettings } from "../../src/node/state-settings.js";
import type { MemberRole } from "../../src/replication/raft/ports.js";
import { BenchCluster } from "../support/bench-cluster.js";
import { counting } from "../support/counting-app.js";

const [n1, n2, n3] = [nodeId("n1"), nodeId("n2"), nodeId("n3")];
const nodes = [n1, n2, n3];

const stateOf = (first: MemberRole, more: Partial<StateSettings> = {}): StateSettings => ({
  group: new Map<NodeId, MemberRole>([
    [n1, first],
    [n2, "voter"],
    [n3, "voter"],
  ]),
  ...{ heartbeat: millis(50), election: millis(400), leaseReads: false },
  ...{ stallAfter: millis(500), snapshotEvery: seconds(3_600), bytesPerHourMax: null, ...more },
});

const make = () => new BenchCluster(counting, 3, { state: stateOf("voter") });

const leads = (cluster: BenchCluster, node: NodeId): boolean =>
  cluster.nodes.get(node)?.status(cluster.now).replica?.raft?.role === "leader";

function driving(): { cluster: BenchCluster; driver: NodeId } {
  const cluster = make();
  cluster.run(2_500);
  const [driver] = cluster.drivers();
  if (driver === undefined) throw new Error("nobody drives");
  return { cluster, driver };
}

const tokensOf = (cluster: BenchCluster) =>
  cluster.outputs.flatMap(({ at, node, output }) =>
    output.kind === "write" ? [{ at, node, token: output.token ?? 0 }] : [],
  );

/** Every write is by the newest right that was written by, as a fence in common would see it. */
function expectFenced(cluster: BenchCluster): void {
  let newest = 0;
  for (const { token } of tokensOf(cluster)) {
    expect(token).toBeGreaterThanOrEqual(newest);
    newest = token;
  }
}

describe("a cluster with replicated state", () => {
  it("RIGHT-1, RIGHT-2: one drives, and every write carries its token", () => {
    const { cluster, driver } = driving();
    expect(cluster.drivers()).toEqual([driver]);
    expect(cluster.conflicts).toEqual([]);
    const tokens = new Set(tokensOf(cluster).map(({ token }) => token));
    expect(tokens.size).toBe(1);
    const [token = 0] = tokens;
    expect(token).toBeGreaterThan(0);
    for (const node of nodes) {
      expect(cluster.nodes.get(node)?.status(cluster.now)).toMatchObject({ driver, token });
    }
    expect(cluster.events("lease-acquired")).toMatchObject([{ node: driver, event: { token } }]);
  });

  it("RIGHT-7: when the driver is killed another drives, by a newer right", () => {
    const { cluster, driver } = driving();
    const before = tokensOf(cluster).at(-1)?.token ?? 0;
    cluster.stop(driver);
    cluster.run(2_500);
    const [next] = cluster.drivers();
    expect(next).toBeDefined();
    expect(next).not.toBe(driver);
    expect(tokensOf(cluster).at(-1)?.token).toBeGreaterThan(before);
    cluster.start(driver);
    cluster.run(2_000);
    expect(cluster.drivers()).toEqual([next]);
    expect(cluster.conflicts).toEqual([]);
    expectFenced(cluster);
  });

  describe.each(["voter", "witness"] as const)("where the first is a %s", (first) => {
    /** By patience alone an election would take three seconds. */
    const patient = (leaseReads: boolean) => stateOf(first, { election: seconds(3), leaseReads });

    /** The driver leads as well, or another does. */
    const struck = (leaseReads: boolean, victim: "driver" | "leader") => {
      const cluster = new BenchCluster(counting, 3, { state: patient(leaseReads) });
      cluster.run(12_000);
      const [driver = n1] = cluster.drivers();
      const leader = nodes.find((node) => leads(cluster, node)) ?? n1;
      const down = victim === "driver" ? driver : leader;
      cluster.stop(down);
      cluster.run(1_000);
      return { cluster, down };
    };

    it("RIGHT-9: whoever dies, another drives in a second: nobody waits for an election", () => {
      for (const victim of ["driver", "leader"] as const) {
        const { cluster, down } = struck(false, victim);
        expect(cluster.drivers()).toHaveLength(1);
        expect(cluster.drivers()).not.toContain(down);
        expect(nodes.filter((node) => node !== down && leads(cluster, node))).toHaveLength(1);
        expect(cluster.conflicts).toEqual([]);
        expectFenced(cluster);
      }
    });

    it("RIGHT-9: where leaders read on a promise, a dead one is waited for", () => {
      const { cluster, down } = struck(true, "leader");
      expect(nodes.filter((node) => node !== down && leads(cluster, node))).toEqual([]);
      cluster.run(7_000);
      expect(cluster.drivers()).toHaveLength(1);
    });
  });

  it("RIGHT-5: a driver that slept is late, gives the right up, and drives no more", () => {
    const { cluster, driver } = driving();
    cluster.run(1_500, [driver]);
    cluster.run(1_000);
    const [next] = cluster.drivers();
    expect(next).not.toBe(driver);
    expect(cluster.conflicts).toEqual([]);
    expectFenced(cluster);
  });

  it("RIGHT-1: a driver in the minority loses the right, and the majority gets it", () => {
    const { cluster, driver } = driving();
    cluster.drop = (source, target) => (source === driver) !== (target === driver);
    cluster.run(2_500);
    const drivers = cluster.drivers();
    expect(drivers).toHaveLength(1);
    expect(drivers).not.toContain(driver);
    cluster.drop = () => false;
    cluster.run(2_000);
    expect(cluster.drivers()).toEqual(drivers);
    expect(cluster.conflicts).toEqual([]);
    expectFenced(cluster);
  });

  it("RIGHT-5: without a majority nobody drives", () => {
    const { cluster, driver } = driving();
    for (const node of nodes) if (node !== driver) cluster.stop(node);
    cluster.run(1_000);
    expect(cluster.drivers()).toEqual([]);
    expect(cluster.driving()).toEqual([]);
  });

  it("RIGHT-2: tokens go on growing when the whole cluster was without power", () => {
    const { cluster } = driving();
    const before = tokensOf(cluster).at(-1)?.token ?? 0;
    for (const node of nodes) cluster.stop(node);
    cluster.run(500);
    for (const node of nodes) cluster.start(node);
    cluster.run(5_000);
    expect(cluster.drivers()).toHaveLength(1);
    expect(tokensOf(cluster).at(-1)?.token).toBeGreaterThan(before);
    expectFenced(cluster);
  });

  it("a witness votes, and never has the right: it would not hear of it", () => {
    const cluster = new BenchCluster(counting, 3, { state: stateOf("witness") });
    cluster.run(4_000);
    for (let round = 0; round < 2; round += 1) {
      const [driver] = cluster.drivers();
      expect([n2, n3]).toContain(driver);
      cluster.stop(driver ?? n1);
      cluster.run(2_500);
      expect(cluster.drivers()).toHaveLength(1);
      cluster.start(driver ?? n1);
      cluster.run(2_000);
    }
    expect(cluster.conflicts).toEqual([]);
    expect(cluster.events("lease-acquired").some(({ node }) => node === n1)).toBe(false);
  });
});
