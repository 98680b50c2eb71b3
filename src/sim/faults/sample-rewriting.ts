/**
 * Samples that change on their way: somebody with the cluster's key opens each sample message of a
 * node, changes what it carries, and seals it again. A relay could do so, a gateway between two
 * kinds of network, or the node itself.
 */
import type { Channel } from "../../control/channels.js";
import { channelsOf } from "../../control/channels.js";
import { parseSample, type SentItem, sampleBody } from "../../control/cycle/messages.js";
import { protectedBytes } from "../../control/protection/protection.js";
import { UsageError } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import { claimedSource } from "../../wire/envelope.js";
import { reseal } from "../../wire/reseal.js";
import type { Cluster } from "../cluster.js";
import type { Effect } from "../effect.js";

/** What a reader gets of the values of one message, which are in the order of the channels. */
export type ChangeValues = (values: readonly SentItem[], reader: NodeId) => readonly SentItem[];

/** Begins it; the answer ends it. */
export function rewriteSamples(
  cluster: Cluster,
  node: NodeId,
  change: ChangeValues,
  effect: Effect,
): () => void {
  const { settings, world, mac } = cluster;
  const { samples: profile } = settings.protection;
  const shape = {
    nodeCount: settings.nodes.length,
    channelCount: channelsOf(settings.channels, node).length,
    sensorCount: settings.channels.size,
    frameBytes: profile === null ? null : protectedBytes(profile),
  };
  world.rewriteFramesOf(node, (bytes, reader) => {
    // A frame of another that it passes on stays as it is: what is faulty is the way of its own.
    if (claimedSource(bytes, bytes.length - mac.bytes) !== node) return bytes;
    let changed = false;
    const frame = reseal(bytes, mac, (kind, body) => {
      const message = kind === "sample" ? parseSample(body, shape) : null;
      if (message === null) return body;
      changed = true;
      return sampleBody({ ...message, values: change(message.values, reader) });
    });
    if (frame !== null && changed) effect.note(world.now);
    return frame ?? bytes;
  });
  return () => world.rewriteFramesOf(node, null);
}

/** @throws UsageError when the node has no such channel. */
export function channelOf(cluster: Cluster, node: NodeId, sensor: string): Channel {
  const channels = cluster.settings.channels.get(sensor) ?? [];
  const channel = channels.find((candidate) => candidate.node === node);
  if (channel === undefined) throw new UsageError(`${node} has no channel of ${sensor}`);
  return channel;
}

/** Where the channel stands in the messages of its node. */
export function placeOf(cluster: Cluster, node: NodeId, channel: Channel): number {
  return channelsOf(cluster.settings.channels, node).findIndex(({ id }) => id === channel.id);
}
