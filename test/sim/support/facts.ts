/** Facts and observations made by hand, for tests of checkers. */
import { type NodeId, nodeId } from "../../../src/kernel/ids.js";
import { instant, micros } from "../../../src/kernel/time.js";
import type { NodeEvent } from "../../../src/node/events.js";
import type { Facts } from "../../../src/sim/facts.js";
import type { Observation } from "../../../src/sim/observation.js";
import { trueTime } from "../../../src/sim/true-time.js";
import { evidenceOf } from "../../support/evidence.js";

export interface HandmadeFacts {
  readonly drivers?: readonly string[];
  readonly faultyNodes?: readonly string[];
  readonly faultyChannels?: readonly string[];
  readonly truth?: number;
}

export const facts = (made: HandmadeFacts = {}): Facts => ({
  driversOf: () => (made.drivers ?? []).map(nodeId),
  channelsOf: (sensor) => ["a", "b", "c"].map((node) => `${node}/${sensor}`),
  truth: () => made.truth ?? 0,
  isNodeFaulty: (node) => made.faultyNodes?.includes(node) ?? false,
  isChannelFaulty: (channel) =>
    (made.faultyChannels?.includes(channel) ?? false) ||
    (made.faultyNodes?.includes(channel.slice(0, channel.indexOf("/"))) ?? false),
});

export const reported = (at: number, node: string, event: NodeEvent): Observation => ({
  at: trueTime(at),
  node: nodeId(node),
  kind: "reported",
  event,
});

export const voted = (at: number, node: string, value: number | null, cycle = 1): Observation =>
  reported(at, node, {
    kind: "voted",
    cycle,
    sensor: "temperature",
    latency: micros(1),
    verdict: {
      value,
      status: value === null ? "insufficient" : "ok",
      agreeing: [],
      dissenting: [],
      excluded: [],
      spread: 0,
      caveats: [],
      confidence: 1,
      age: null,
    },
  });

export const excluded = (at: number, node: string, channel: string): Observation =>
  reported(at, node, {
    kind: "channel-excluded",
    sensor: "temperature",
    channel,
    reason: "STUCK",
    fault: { kind: "value", persistence: "transient" },
  });

export const suspected = (at: number, node: string, peer: string): Observation =>
  reported(at, node, { kind: "peer-suspected", peer: nodeId(peer), evidence: evidenceOf(1) });

export const suspectedVoter = (at: number, node: string, voter: string): Observation =>
  reported(at, node, { kind: "voter-suspected", node: nodeId(voter), sensor: "temperature" });

export const acquired = (at: number, node: string): Observation =>
  reported(at, node, { kind: "lease-acquired", until: instant(1), token: 1 });

export const wrote = (at: number, node: string): Observation => ({
  at: trueTime(at),
  node: node as NodeId,
  kind: "wrote",
  output: "heater",
  value: 1,
});
