/**
 * Faults of values: a sensor that reads wrongly, a node that tells each reader another value, and
 * one whose own voter is wrong.
 */
import { channelsOf } from "../../control/channels.js";
import { parseSample, sampleBody } from "../../control/cycle/messages.js";
import { type SensorFault, SensorFaultInjector } from "../../faults/sensor-faults.js";
import { UsageError } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import type { Prng } from "../../kernel/prng.js";
import { claimedSource, type FrameKind } from "../../wire/envelope.js";
import { reseal } from "../../wire/reseal.js";
import type { Cluster } from "../cluster.js";
import type { Hit } from "./hit.js";

/** The node is not faulty: it passes on faithfully what its sensor says. */
export function faultySensor(
  cluster: Cluster,
  node: NodeId,
  sensor: string,
  fault: SensorFault,
  dice: Prng,
): Hit {
  const channel = channelOf(cluster, node, sensor);
  return {
    nodes: [],
    channels: [channel.id],
    links: [],
    begin: (effect) => {
      const injector = new SensorFaultInjector(fault, dice.split("sensor"));
      return cluster.tamper(node, channel.boardChannel, (_, reading) => {
        const tampered = injector.apply(reading);
        if (tampered !== reading) effect.note(cluster.world.now);
        return tampered;
      });
    },
  };
}

/**
 * The two-faced clock's brother: every reader gets a value of its own, in a frame that is properly
 * sealed, because the liar has the key (Lamport, Shostak and Pease 1982). Its own vote is honest.
 */
export function twoFaced(
  cluster: Cluster,
  node: NodeId,
  sensor: string,
  spread: number,
  dice: Prng,
): Hit {
  const { settings, world, mac } = cluster;
  const channel = channelOf(cluster, node, sensor);
  const own = channelsOf(settings.channels, node);
  const index = own.findIndex(({ id }) => id === channel.id);
  const lies = new Map(
    settings.nodes.map((reader) => [reader, spread * (2 * dice.fraction() - 1)]),
  );
  const nodeCount = settings.nodes.length;
  const shape = { nodeCount, channelCount: own.length, sensorCount: settings.channels.size };
  const lie = (kind: FrameKind, body: unknown, reader: NodeId): unknown => {
    const message = kind === "sample" ? parseSample(body, shape) : null;
    if (message === null) return body;
    const values = message.values.map((sent, place) =>
      place === index && sent.value !== null
        ? { ...sent, value: sent.value + (lies.get(reader) ?? 0) }
        : sent,
    );
    return sampleBody({ ...message, values });
  };
  return {
    nodes: [node],
    channels: [channel.id],
    links: [],
    begin: (effect) => {
      world.rewriteFramesOf(node, (bytes, reader) => {
        // A frame of another that it passes on stays as it is: its own sensor lies, not its relay.
        if (claimedSource(bytes, bytes.length - mac.bytes) !== node) return bytes;
        let lied = false;
        const frame = reseal(bytes, mac, (kind, body) => {
          lied = kind === "sample";
          return lie(kind, body, reader);
        });
        if (frame !== null && lied) effect.note(world.now);
        return frame ?? bytes;
      });
      return () => world.rewriteFramesOf(node, null);
    },
  };
}

/** Its sensors and its frames are in order: it votes wrongly on what it was told. */
export function faultyVoter(cluster: Cluster, node: NodeId, sensor: string, offset: number): Hit {
  return {
    nodes: [node],
    channels: [],
    links: [],
    begin: (effect) =>
      cluster.shiftVoter(node, sensor, () => {
        effect.note(cluster.world.now);
        return offset;
      }),
  };
}

/** @throws UsageError when the node has no such channel. */
function channelOf(cluster: Cluster, node: NodeId, sensor: string) {
  const channels = cluster.settings.channels.get(sensor) ?? [];
  const channel = channels.find((candidate) => candidate.node === node);
  if (channel === undefined) throw new UsageError(`${node} has no channel of ${sensor}`);
  return channel;
}
