/**
 * Faults of what carries samples and commands: a bit that flips where no tag of a frame shows it,
 * in the memory of a relay or between a node and its board, and samples that are mistaken for one
 * another. With end-to-end protection they are known for what they are; without, they are wrong
 * values.
 */
import type { SentItem } from "../../control/cycle/messages.js";
import { valueBytes } from "../../control/protection/protection.js";
import type { NodeId } from "../../kernel/ids.js";
import type { Cluster } from "../cluster.js";
import type { Hit } from "./hit.js";
import { channelOf, placeOf, rewriteSamples } from "./sample-rewriting.js";

/** Of the node's channel on the way to all others; what it votes on itself is not on that way. */
export function corruptSamples(cluster: Cluster, node: NodeId, sensor: string): Hit {
  const channel = channelOf(cluster, node, sensor);
  const place = placeOf(cluster, node, channel);
  const change = (values: readonly SentItem[]): SentItem[] =>
    values.map((item, index) => (index === place ? corruptItem(item) : item));
  return {
    nodes: [node],
    channels: [channel.id],
    links: [],
    begin: (effect) => rewriteSamples(cluster, node, change, effect),
  };
}

export function swapSamples(cluster: Cluster, node: NodeId, sensor: string, other: string): Hit {
  const channels = [channelOf(cluster, node, sensor), channelOf(cluster, node, other)];
  const [first = 0, second = 0] = channels.map((channel) => placeOf(cluster, node, channel));
  const change = (values: readonly SentItem[]): SentItem[] =>
    values.map((item, index) => {
      if (index === first) return values[second] ?? item;
      return index === second ? (values[first] ?? item) : item;
    });
  return {
    nodes: [node],
    channels: channels.map(({ id }) => id),
    links: [],
    begin: (effect) => rewriteSamples(cluster, node, change, effect),
  };
}

/** The node does all right; its board gets another command than it gave. */
export function corruptCommands(cluster: Cluster, node: NodeId, output: string): Hit {
  return {
    nodes: [node],
    channels: [],
    links: [],
    begin: (effect) =>
      cluster.tamperCommands(node, output, ({ value, until, frame }) => {
        effect.note(cluster.world.now);
        const corrupt = frame === null ? null : corruptFrame(frame);
        return { until, value: corruptValue(value), frame: corrupt };
      }),
  };
}

function corruptItem(item: SentItem): SentItem {
  if (item instanceof Uint8Array) return corruptFrame(item);
  return item.value === null ? item : { ...item, value: corruptValue(item.value) };
}

/** The lowest bit of the exponent: half or twice of the value, so that it may well be believed. */
const flippedByte = 1;
const flippedBit = 0x10;

function corruptValue(value: number): number {
  const view = new DataView(new ArrayBuffer(valueBytes));
  view.setFloat64(0, value);
  view.setUint8(flippedByte, view.getUint8(flippedByte) ^ flippedBit);
  return view.getFloat64(0);
}

/** The same bit, where the frame has the value: at its end. */
function corruptFrame(frame: Uint8Array): Uint8Array {
  const corrupt = Uint8Array.from(frame);
  const at = corrupt.length - valueBytes + flippedByte;
  corrupt[at] = (corrupt[at] as number) ^ flippedBit;
  return corrupt;
}
