/** Which board measures what: the map from the app's sensors to the channels behind them. */
import type { NodeId } from "../kernel/ids.js";

/** One sensor of one board: the unit of redundancy. */
export interface Channel {
  /** `<node>/<board channel>`: what reports and messages to people call it. */
  readonly id: string;
  readonly node: NodeId;
  /** What the node's board calls it. */
  readonly boardChannel: string;
}

/** By sensor of the app; every sensor is a key. */
export type ChannelMap = ReadonlyMap<string, readonly Channel[]>;

/** Makes the channel that reads `boardChannel` of `node`. */
export const channel = (node: NodeId, boardChannel: string): Channel => ({
  id: `${node}/${boardChannel}`,
  node,
  boardChannel,
});

/** The channels of one node, in the order in which its samples carry their values. */
export function channelsOf(map: ChannelMap, node: NodeId): readonly Channel[] {
  return [...map.values()].flat().filter((candidate) => candidate.node === node);
}
