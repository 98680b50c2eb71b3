/**
 * VOTERS on real nodes: a voter that is wrong in one replica is named by all, and does not drive;
 * none is named while datagrams are lost. The app keeps no state, so the digests see nothing.
 */
import { describe, expect, it } from "vitest";
import { defineApp } from "../../src/control/app.js";
import { shiftedVoter } from "../../src/faults/voter-fault.js";
import { type NodeId, nodeId } from "../../src/kernel/ids.js";
import { Prng } from "../../src/kernel/prng.js";
import { midValueSelect } from "../../src/voting/mid-value-select.js";
import type { Voter } from "../../src/voting/voter.js";
import { BenchCluster, benchMac } from "../support/bench-cluster.js";
import { counting } from "../support/counting-app.js";

const [n1, n2, n3] = [nodeId("n1"), nodeId("n2"), nodeId("n3")];

const stateless = defineApp({
  ...counting,
  name: "stateless",
  initial: null,
  control: ({ inputs }) => ({
    state: null,
    commands: { valve: (inputs["level"]?.value ?? 0) / 100 },
  }),
});

const silent: Voter = {
  ...midValueSelect,
  open: (options) => ({ ...midValueSelect.open(options), valueOf: () => Number.NaN }),
};

class Site {
  broken = false;
  readonly cluster: BenchCluster;

  /** @param faulty whose voter goes wrong once `broken` is set */
  constructor(count: number, faulty: NodeId, wrong: Voter, app = stateless) {
    const { open } = wrong;
    const voter: Voter = {
      ...wrong,
      open: (options) => {
        const [bad, good] = [open(options), midValueSelect.open(options)];
        return { ...good, valueOf: (b) => (this.broken ? bad : good).valueOf(b) };
      },
    };
    const own = (node: NodeId) =>
      node === faulty ? { voting: new Map([["level", { voter }]]) } : {};
    this.cluster = new BenchCluster(app, count, {}, benchMac, own);
    this.cluster.read = (node) => 20 + Number(node.slice(1)) * 0.2;
    this.cluster.run(2_000);
    this.cluster.outputs.length = 0;
  }

  run(ms: number): void {
    this.cluster.run(ms);
  }

  named(): string[] {
    return this.cluster.events("voter-suspected").map(({ node, event }) => {
      return event.kind === "voter-suspected" ? `${node}: ${event.node}` : "";
    });
  }
}

const shifted = shiftedVoter(midValueSelect, () => 30);

describe("VOTERS-3: a replica whose voter is wrong", () => {
  it.each([n1, n2, n3])("is named by all, itself among them, within four cycles: %s", (faulty) => {
    const site = new Site(3, faulty, shifted);
    site.broken = true;
    site.run(400);
    expect(site.named().sort()).toEqual([n1, n2, n3].map((node) => `${node}: ${faulty}`));
  });

  it("does not drive: another takes over, and stays", () => {
    const site = new Site(3, n1, shifted);
    const { cluster } = site;
    expect(cluster.drivers()).toEqual([n1]);
    site.broken = true;
    site.run(1_000);
    const next = cluster.drivers();
    expect([[n2], [n3]]).toContainEqual(next);
    expect(cluster.conflicts).toEqual([]);
    expect(cluster.events("lease-lost")).toMatchObject([
      { node: n1, event: { reason: "voter-fault" } },
    ]);
    const status = cluster.nodes.get(n1)?.status(cluster.now).cycle;
    expect(status?.suspectedVoters).toEqual([{ node: n1, sensor: "level" }]);
    site.run(5_000);
    expect(cluster.drivers()).toEqual(next);
    // Nothing in the app's state shows it.
    expect(status).toMatchObject({ standing: "consistent", stateFaults: 0 });
  });

  it("that votes nothing is named too, after ten cycles", () => {
    const site = new Site(3, n2, silent);
    site.broken = true;
    site.run(900);
    expect(site.named()).toEqual([]);
    site.run(300);
    expect(site.named().sort()).toEqual([n1, n2, n3].map((node) => `${node}: ${n2}`));
  });

  it("is trusted again, and may drive, once it votes with the others", () => {
    const site = new Site(3, n1, shifted);
    const { cluster } = site;
    site.broken = true;
    site.run(1_000);
    site.broken = false;
    site.run(2_000);
    expect(cluster.events("voter-trusted")).toHaveLength(3);
    // The turn goes from n2 to n3, and from there to n1.
    cluster.stop(n2);
    site.run(2_000);
    cluster.start(n2);
    site.run(2_000);
    cluster.stop(n3);
    site.run(2_000);
    expect(cluster.drivers()).toEqual([n1]);
  });

  it("of two cannot be named: both are told to differ, and the driver goes on", () => {
    const site = new Site(2, n2, shifted);
    const { cluster } = site;
    const drivers = cluster.drivers();
    site.broken = true;
    site.run(2_000);
    expect(site.named()).toEqual([]);
    expect(
      cluster
        .events("voters-differ")
        .map(({ node }) => node)
        .sort(),
    ).toEqual([n1, n2]);
    expect(cluster.drivers()).toEqual(drivers);
  });
});

describe("VOTERS-2: healthy voters", () => {
  const lossy = (seed: number, loss: number, broken: boolean): Site => {
    const site = new Site(3, n1, midValueSelect, counting);
    const dice = new Prng(seed);
    site.cluster.drop = () => dice.chance(loss);
    // A channel that is wrong makes a lost sample cost the result: of two that differ none stands.
    if (broken) site.cluster.read = (node) => (node === n3 ? 80 : 20 + Number(node.slice(1)) / 5);
    site.run(30_000);
    return site;
  };

  for (const seed of [1, 2, 3]) {
    it(`are not suspected with every tenth datagram lost: seed ${seed}`, () => {
      const healthy = lossy(seed, 0.1, false);
      const wrong = lossy(seed, 0.1, true);
      expect([...healthy.named(), ...wrong.named()]).toEqual([]);
      expect(healthy.cluster.events("voters-differ")).toEqual([]);
      expect(wrong.cluster.events("voters-differ")).toEqual([]);
    });
  }

  it("are not suspected after a restart, though a restarted one trusts every channel", () => {
    const cluster = new BenchCluster(counting, 3);
    cluster.read = (node) => (node === n3 ? 80 : 20);
    cluster.run(4_000);
    cluster.stop(n1);
    cluster.run(1_000);
    cluster.start(n1);
    cluster.run(4_000);
    expect(cluster.events("voter-suspected")).toEqual([]);
    expect(cluster.events("voters-differ")).toEqual([]);
  });
});
