/** Clusters of real nodes on one perfect clock: sizes, sensors, apps and losses of replicas. */
import { describe, expect, it } from "vitest";
import { type App, defineApp } from "../../src/control/app.js";
import { channel } from "../../src/control/channels.js";
import { nodeId } from "../../src/kernel/ids.js";
import { BenchCluster } from "../support/bench-cluster.js";
import { counting } from "../support/counting-app.js";
import { isSampleOf } from "../support/frames.js";

const [n1, n2, n3] = [nodeId("n1"), nodeId("n2"), nodeId("n3")];

function expectVotes(cluster: BenchCluster, value: number): void {
  for (const [id, node] of cluster.nodes) {
    const status = node.status(cluster.now);
    for (const { sensor, verdict } of status.sensors) {
      expect(verdict, `${sensor} on ${id}`).toMatchObject({ value });
    }
    expect(status.cycle.standing, id).toBe("consistent");
  }
}

describe("a cluster", () => {
  for (const count of [1, 2, 3, 4, 5]) {
    it(`of ${count} synchronises, votes, and one drives`, () => {
      const cluster = new BenchCluster(counting, count);
      cluster.run(3_000);
      expect(cluster.drivers()).toHaveLength(1);
      expect(cluster.driving()).toEqual(cluster.drivers());
      expect(cluster.events("refused")).toEqual([]);
      expect(cluster.events("state-diverged")).toEqual([]);
      expect(cluster.events("synchronised")).toHaveLength(count);
      expect(cluster.events("lease-lost")).toEqual([]);
      expect(cluster.conflicts).toEqual([]);
      expectVotes(cluster, 20);
    });
  }

  it("of three goes on with two", () => {
    const cluster = new BenchCluster(counting, 3);
    cluster.run(2_000);
    cluster.stop(n1);
    cluster.run(2_000);
    expect([[n2], [n3]]).toContainEqual(cluster.drivers());
    expect(cluster.driving()).toEqual(cluster.drivers());
    expect(cluster.events("state-diverged")).toEqual([]);
    expectVotes(cluster, 20);
  });

  it("of three with one left drives nothing, and its outputs are safe", () => {
    const cluster = new BenchCluster(counting, 3);
    cluster.run(2_000);
    expect(cluster.driving()).toEqual([n1]);
    cluster.stop(n2);
    cluster.stop(n3);
    cluster.run(200);
    expect(cluster.driving()).toEqual([]);
    const last = cluster.outputs.findLast(
      ({ output }) => output.kind === "write" || output.kind === "release",
    );
    expect(last?.output).toEqual({ kind: "release", output: "valve" });
    const before = cluster.outputs.length;
    cluster.run(3_000);
    const later = cluster.outputs.slice(before).map(({ output }) => output.kind);
    expect(later).not.toContain("write");
    expect(cluster.drivers()).toEqual([]);
  });
});

describe("sensors", () => {
  const twoSensors = defineApp({
    name: "two",
    sensors: {
      level: { unit: "m", min: 0, max: 100, tolerance: 1 },
      flow: { unit: "l/s", min: 0, max: 100, tolerance: 1 },
    },
    outputs: { valve: { unit: "ratio", min: 0, max: 1, safe: { kind: "hold" } } },
    initial: null,
    control: ({ inputs }) => ({
      state: null,
      commands: { valve: (inputs.level.value ?? 0) / 100 + (inputs.flow.value ?? 0) / 1_000 },
    }),
  });

  it("may have several channels on one node and none on another", () => {
    const channels = new Map([
      ["level", [channel(n1, "l1"), channel(n1, "l2"), channel(n2, "l")]],
      ["flow", [channel(n2, "f1"), channel(n1, "f"), channel(n2, "f2")]],
    ]);
    const cluster = new BenchCluster(twoSensors, 3, { channels });
    cluster.read = (_, name) => (name.startsWith("l") ? 30 : 40);
    cluster.run(2_000);
    expect(cluster.events("refused")).toEqual([]);
    for (const node of cluster.nodes.values()) {
      const [level, flow] = node.status(cluster.now).sensors;
      expect(level).toMatchObject({ sensor: "level", verdict: { value: 30, status: "ok" } });
      expect(flow).toMatchObject({ sensor: "flow", verdict: { value: 40, status: "ok" } });
    }
    const write = cluster.outputs.findLast(({ output }) => output.kind === "write");
    expect(write?.output).toMatchObject({ output: "valve", value: expect.closeTo(0.34, 9) });
  });

  it("that are wrong on one node are masked, and excluded by name", () => {
    const cluster = new BenchCluster(counting, 3);
    cluster.run(2_000);
    cluster.read = (node) => (node === n3 ? 80 : 20);
    cluster.run(2_000);
    expectVotes(cluster, 20);
    expect(cluster.events("channel-excluded").map(({ event }) => event)).toMatchObject(
      Array.from({ length: 3 }, () => ({ channel: "n3/level", reason: "BIAS" })),
    );
  });
});

describe("a state", () => {
  /** Without n2 the middle of what is left is another value. */
  const apart = (node: string): number => (node === n1 ? 20 : node === n2 ? 20.2 : 20.8);

  function diverged(): BenchCluster {
    const cluster = new BenchCluster(counting, 3);
    cluster.read = apart;
    cluster.run(2_050);
    cluster.drop = (_, target, bytes) => target === n3 && isSampleOf(bytes, n2);
    cluster.run(100);
    cluster.drop = () => false;
    cluster.run(2_000);
    return cluster;
  }

  it("that missed a sample, also when it was sent again, is repaired, and counted once", () => {
    const cluster = diverged();
    const [fault, ...others] = cluster.events("state-diverged");
    expect(fault).toMatchObject({ node: n3 });
    expect(others).toEqual([]);
    expect(cluster.events("state-repaired")).toMatchObject([{ node: n3 }]);
    const status = cluster.nodes.get(n3)?.status(cluster.now);
    expect(status?.cycle).toMatchObject({ standing: "consistent", stateFaults: 1 });
    const lag = (cluster.events("state-repaired")[0]?.at ?? 0) - (fault?.at ?? 0);
    expect(lag).toBeLessThan(5_000);
  });

  it("that was repaired is good enough to start another replica, and to drive", () => {
    const cluster = diverged();
    cluster.stop(n1);
    cluster.run(1_000);
    cluster.stop(n2);
    cluster.start(n1);
    cluster.run(3_000);
    const joined = cluster.events("state-joined").at(-1);
    expect(joined).toMatchObject({ node: n1, event: { from: n3 } });
    expect(cluster.drivers()).toHaveLength(1);
    expect(cluster.events("state-diverged")).toHaveLength(1);
  });

  it("is not lost by a sample that was lost once and sent again", () => {
    const cluster = new BenchCluster(counting, 3);
    cluster.read = apart;
    cluster.run(2_000);
    let lost = 0;
    cluster.drop = (source, target, bytes) => {
      if (lost > 0 || target !== n3 || source !== n2 || !isSampleOf(bytes, n2)) return false;
      lost += 1;
      return true;
    };
    cluster.run(1_000);
    expect(lost).toBe(1);
    expect(cluster.events("state-diverged")).toEqual([]);
    expectVotes(cluster, 20.2);
  });

  it("STATE-5: comes back to a replica that was killed and started again", () => {
    const cluster = new BenchCluster(counting, 3);
    cluster.read = apart;
    cluster.run(2_000);
    cluster.stop(n1);
    cluster.run(1_000);
    cluster.start(n1);
    cluster.run(2_000);
    const joins = cluster.events("state-joined").filter(({ node }) => node === n1);
    expect(joins).toHaveLength(2);
    expect(joins[0]?.event).toMatchObject({ from: null });
    expect(joins[1]?.event).not.toMatchObject({ from: null });
    expect(cluster.events("state-diverged")).toEqual([]);
    expect(cluster.nodes.get(n1)?.status(cluster.now).cycle.standing).toBe("consistent");
  });

  it("of a driver that diverged drives nothing from then on, and another takes over", () => {
    const cluster = new BenchCluster(counting, 3);
    cluster.read = apart;
    cluster.run(2_050);
    expect(cluster.driving()).toEqual([n1]);
    cluster.drop = (_, target, bytes) => target === n1 && isSampleOf(bytes, n2);
    cluster.run(100);
    cluster.drop = () => false;
    cluster.run(1_000);
    const steps = cluster.steps.filter((step) => step.kind === "step" && step.node === n1);
    const finding = steps.findIndex(
      (step) =>
        step.kind === "step" &&
        step.outputs.some(
          (output) => output.kind === "report" && output.event.kind === "state-diverged",
        ),
    );
    const step = steps[finding];
    expect(step?.kind).toBe("step");
    const kinds = step?.kind === "step" ? step.outputs.map(({ kind }) => kind) : [];
    expect(kinds).toContain("release");
    expect(kinds).not.toContain("write");
    expect(cluster.drivers()).toHaveLength(1);
    expect(cluster.conflicts).toEqual([]);
  });
});

describe("an app", () => {
  const commanding = (commands: (cycle: number) => Record<string, number>): App =>
    defineApp<string, string, unknown>({
      ...counting,
      control: (input) => ({ state: input.state, commands: commands(input.cycle) }),
    });

  const failing = (cycle: number): Record<string, number> => {
    if (cycle === 30) throw new Error("out of order");
    return { valve: 0.5 };
  };

  it("that throws once loses the outputs once, is reported once, and works again", () => {
    const cluster = new BenchCluster(commanding(failing), 3);
    cluster.run(5_000);
    const faults = cluster.events("app-faulted");
    expect(faults.map(({ node }) => node).sort()).toEqual([n1, n2, n3]);
    expect(faults[0]?.event).toMatchObject({ reason: "threw", message: "out of order" });
    expect(cluster.events("app-recovered")).toHaveLength(3);
    expect(cluster.outputs.filter(({ output }) => output.kind === "release")).toHaveLength(1);
    expect(cluster.events("lease-lost")).toMatchObject([{ event: { reason: "app-fault" } }]);
    expect(cluster.drivers()).toHaveLength(1);
    expect(cluster.driving()).toHaveLength(1);
    expect(cluster.events("state-diverged")).toEqual([]);
  });

  const broken: [string, string, () => Record<string, number>][] = [
    [
      "throws always",
      "threw",
      () => {
        throw new Error("always");
      },
    ],
    ["commands no number", "not-finite", () => ({ valve: Number.NaN })],
    ["commands no output", "unknown-output", () => ({ pump: 1 })],
    ["commands out of range", "out-of-range", () => ({ valve: 1.01 })],
  ];
  for (const [name, reason, commands] of broken) {
    it(`that ${name} drives nothing, while voting and pets go on`, () => {
      const cluster = new BenchCluster(commanding(commands), 3);
      cluster.run(4_000);
      expect(cluster.outputs.filter(({ output }) => output.kind === "write")).toEqual([]);
      const faults = cluster.events("app-faulted");
      expect(faults).toHaveLength(3);
      expect(faults[0]?.event).toMatchObject({ reason });
      expect(cluster.drivers()).toEqual([]);
      expect(cluster.events("supervision-failed")).toEqual([]);
      for (const node of cluster.nodes.values()) {
        expect(node.status(cluster.now).sensors[0]?.verdict).toMatchObject({ value: 20 });
      }
    });
  }

  it("that leaves an output out has it released, and not the others", () => {
    const app = commanding((cycle) => (cycle < 30 ? { valve: 0.5 } : {}));
    const cluster = new BenchCluster(app, 3);
    cluster.run(5_000);
    expect(cluster.events("app-faulted")).toEqual([]);
    expect(cluster.outputs.filter(({ output }) => output.kind === "release")).toHaveLength(1);
    expect(cluster.drivers()).toHaveLength(1);
    expect(cluster.driving()).toEqual([]);
  });
});
