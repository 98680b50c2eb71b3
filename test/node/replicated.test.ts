/** AGREED-1 to AGREED-4: an app's replicated state, from a client's command to the output. */
import { describe, expect, it } from "vitest";
import { defineApp } from "../../src/control/app.js";
import { type NodeId, nodeId } from "../../src/kernel/ids.js";
import { micros, millis, seconds } from "../../src/kernel/time.js";
import type { StateSettings } from "../../src/node/state-settings.js";
import type { MemberRole } from "../../src/replication/raft/ports.js";
import type { ClientReply } from "../../src/replication/service/ports.js";
import { encodeRequest } from "../../src/replication/service/request-bodies.js";
import { BenchCluster, networkDelay } from "../support/bench-cluster.js";

const nodes = [nodeId("n1"), nodeId("n2"), nodeId("n3")];
const [n1, n2, n3] = nodes as [NodeId, NodeId, NodeId];

/** Drives what its settings say, and sums it up: one cycle's difference shows for ever. */
const app = defineApp({
  name: "set",
  sensors: { level: { unit: "m", min: 0, max: 100, tolerance: 1 } },
  outputs: { valve: { unit: "ratio", min: 0, max: 1, safe: { kind: "value", value: 0 } } },
  initial: { sum: 0 },
  replicated: {
    initial: { opening: 0.25 },
    commands: {
      open: (_state, argument) => {
        if (typeof argument !== "number") throw new TypeError("expected a number");
        return { state: { opening: argument }, result: "opened" };
      },
    },
  },
  control({ state, replicated: { opening } }) {
    return { state: { sum: state.sum + opening }, commands: { valve: opening } };
  },
});

const stateWith = (third: MemberRole): StateSettings => ({
  group: new Map<NodeId, MemberRole>([
    [n1, "voter"],
    [n2, "voter"],
    [n3, third],
  ]),
  ...{ heartbeat: millis(50), election: millis(400), leaseReads: false },
  ...{ stallAfter: millis(500), snapshotEvery: seconds(3_600), bytesPerHourMax: null },
});

let ids = 0;

function open(cluster: BenchCluster, node: NodeId, opening: unknown): number {
  ids += 1;
  const command = { kind: "app", name: "open", argument: opening as number } as const;
  const request = { kind: "command", id: ids, session: 0, sequence: 0, command } as const;
  const body = encodeRequest(request);
  cluster.feed(node, { kind: "requests", requests: [{ client: 1, body }] });
  return ids;
}

const replyTo = (cluster: BenchCluster, id: number): ClientReply | undefined =>
  cluster.outputs.flatMap(({ output }) =>
    output.kind === "reply" && output.reply.kind !== "event" && output.reply.id === id
      ? [output.reply]
      : [],
  )[0];

/** What was written last, by whoever drives. */
const valve = (cluster: BenchCluster): number | null =>
  cluster.outputs.flatMap(({ output }) => (output.kind === "write" ? [output.value] : [])).at(-1) ??
  null;

function running(third: MemberRole = "voter"): BenchCluster {
  const cluster = new BenchCluster(app, 3, { state: stateWith(third) });
  cluster.run(2_500);
  return cluster;
}

describe("the app's replicated state", () => {
  it("AGREED-1: begins as the app says, and what a command makes of it reaches the output", () => {
    const cluster = running();
    expect(valve(cluster)).toBe(0.25);
    const id = open(cluster, n2, 0.5);
    cluster.run(500);
    expect(replyTo(cluster, id)).toMatchObject({ result: { kind: "app", result: "opened" } });
    expect(valve(cluster)).toBe(0.5);
  });

  it("AGREED-1: what it refuses changes nothing", () => {
    const cluster = running();
    const id = open(cluster, n2, "wide");
    cluster.run(500);
    expect(replyTo(cluster, id)).toMatchObject({ result: { ok: false, reason: "app-refused" } });
    expect(valve(cluster)).toBe(0.25);
  });

  it("AGREED-2: all see each change in the same cycle: no state differs", () => {
    const cluster = running();
    // Each frame takes another time, so one hears of a commit in the next cycle only.
    let last = 0;
    cluster.delay = () => {
      last = (last * 7_919 + 13) % 2_700;
      return micros(networkDelay + last);
    };
    for (let round = 0; round < 40; round += 1) {
      open(cluster, nodes[round % 3] as NodeId, round / 100);
      if (round % 4 === 0) open(cluster, n1, 0.9);
      cluster.run(7 + ((round * 13) % 30));
    }
    cluster.run(500);
    expect(valve(cluster)).toBe(0.39);
    expect(cluster.events("state-diverged")).toEqual([]);
  });

  it("AGREED-4: a replica that is cut off does not hold the others up for long", () => {
    const cluster = running();
    cluster.drop = (source, target) => (source === n3) !== (target === n3);
    cluster.run(1_500);
    open(cluster, n1, 0.75);
    cluster.run(1_500);
    expect(valve(cluster)).toBe(0.75);
  });

  it("AGREED-3: survives that all are without power, and whoever comes back takes it", () => {
    const cluster = running();
    open(cluster, n1, 0.5);
    cluster.run(500);
    cluster.stop(n3);
    open(cluster, n1, 0.625);
    cluster.run(500);
    for (const node of [n1, n2]) cluster.stop(node);
    for (const node of nodes) cluster.start(node);
    cluster.run(3_000);
    expect(valve(cluster)).toBe(0.625);
    const diverged = cluster.events("state-diverged").length;
    cluster.run(1_000);
    expect(cluster.events("state-diverged")).toHaveLength(diverged);
    expect(cluster.events("app-faulted")).toEqual([]);
  });

  it("AGREED-5: a witness measures and votes, runs no app, and holds nobody up", () => {
    const cluster = running("witness");
    const before = cluster.now;
    open(cluster, n1, 0.5);
    cluster.run(300);
    expect(valve(cluster)).toBe(0.5);
    expect(cluster.events("state-diverged")).toEqual([]);
    expect(cluster.drivers()).not.toContain(n3);
    const byNode = cluster.events("voted").filter(({ at }) => at > before);
    expect(byNode.some(({ node }) => node === n3)).toBe(true);
    expect(cluster.events("state-joined").map(({ node }) => node)).not.toContain(n3);
  });

  it("AGREED-5: in a cluster that keeps no state the app sees its initial one", () => {
    const cluster = new BenchCluster(app, 3);
    cluster.run(1_000);
    expect(valve(cluster)).toBe(0.25);
    expect(cluster.events("state-diverged")).toEqual([]);
  });
});
