/** What a demo in the middle of its work looks like, for tests of what is made of it. */
import type { DashboardView, ReplicaView } from "../../../../src/cli/demo/dashboard.js";
import { type NodeId, nodeId } from "../../../../src/kernel/ids.js";
import { instant, micros } from "../../../../src/kernel/time.js";
import type { Member } from "../../../../src/membership/ports.js";
import type { NodeEvent } from "../../../../src/node/events.js";
import type { GroupStatus, NodeStatus } from "../../../../src/node/status.js";
import type { SeenEvent } from "../../../../src/observe/tally.js";
import type { Verdict } from "../../../../src/voting/voter.js";

export const nodes = ["pi-1", "pi-2", "pi-3"].map(nodeId);

export const seen = (atS: number, node: string, event: NodeEvent): SeenEvent => ({
  atS,
  node: nodeId(node),
  event,
});

export const verdict = (value: number | null, status: Verdict["status"] = "ok"): Verdict => ({
  ...{ value, status },
  ...{
    agreeing: [],
    dissenting: [],
    excluded: [],
    caveats: [],
    spread: 0,
    confidence: 1,
    age: null,
  },
});

export const excluded = (channel: string): NodeEvent => ({
  kind: "channel-excluded",
  sensor: "temperature",
  channel,
  reason: "STUCK",
  fault: { kind: "value", persistence: "transient" },
});

export const memberOf = (member: NodeId, more: Partial<Member> = {}): Member => ({
  ...{ member, state: "alive", life: 1, incarnation: 0, rank: 1, address: null },
  ...{ since: instant(0), flaps: 0, ...more },
});

export const groupOf = (
  members: readonly Member[],
  more: Partial<GroupStatus> = {},
): GroupStatus => ({
  ...{ detector: "all-to-all", members, cases: [], leader: nodeId("pi-1"), healthScore: 0 },
  ...more,
});

/** What `node` says of itself while it hears the others. */
export function statusOf(node: string, more: Partial<NodeStatus> = {}): NodeStatus {
  const others = nodes.filter((other) => other !== node);
  return {
    node: nodeId(node),
    bootId: 1,
    at: instant(0),
    cycle: {
      ...{ cycle: 10, synchronised: true, skew: micros(123) },
      ...{ standing: "consistent", stateFaults: 0, cyclesSkipped: 0 },
      suspectedVoters: [],
    },
    driver: nodeId("pi-1"),
    drives: node === "pi-1",
    driven: [],
    peers: others.map((peer) => ({
      ...{ peer, status: "trusted" as const },
      ...{ silentSince: instant(0), suspicions: 0 },
    })),
    group: groupOf(nodes.map((member) => memberOf(member))),
    links: others.map((peer) => ({
      ...{ peer, bootId: 1, received: 90, lost: 10, duplicated: 0, reordered: 0 },
    })),
    paths: [],
    refusals: {},
    sensors: [
      {
        sensor: "temperature",
        verdict: verdict(59.94, "degraded"),
        channels: nodes.map((channelNode, index) => ({
          channel: `${channelNode}/temperature`,
          state: index === 1 ? ("excluded" as const) : ("trusted" as const),
          reason: index === 1 ? ("STUCK" as const) : null,
          lastValue: index === 1 ? 41.5 : 59.94,
          fault: index === 1 ? { kind: "value", persistence: "permanent" } : null,
        })),
      },
    ],
    supervision: [{ entity: "control-cycle", status: "ok", fault: null, lastCheckpoint: null }],
    dog: { global: "ok", mode: "running", pets: true, snoozedUntil: null, rebooting: false },
    protection: [],
    ...more,
  } as NodeStatus;
}

export const replicaView = (node: string, more: Partial<ReplicaView> = {}): ReplicaView => ({
  node: nodeId(node),
  state: "up",
  pid: 1_234_567,
  residentBytes: 80 * 1_048_576,
  status: statusOf(node),
  ...more,
});

export const demoView = (more: Partial<DashboardView> = {}): DashboardView => ({
  app: "boiler",
  elapsedS: 12.34,
  replicas: nodes.map((node) => replicaView(node)),
  plant: ["true temperature 59.98 degC", "heater at 0.21, driven by pi-1"],
  drivenTwice: 0,
  firmware: [],
  votes: { cycles: 110, voted: 110, missed: 0, longestGapS: 0.11 },
  recent: [],
  notes: [],
  faults: ["pi-2/temperature stuck"],
  keys: ["1 2 3 a sensor stuck, or mended", "k kill the driver", "c clear all", "q quit"],
  ...more,
});
