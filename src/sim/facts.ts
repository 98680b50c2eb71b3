/** What a checker may ask about the truth behind the events. */
import type { NodeId } from "../kernel/ids.js";
import type { TrueTime } from "./true-time.js";

export interface Facts {
  /** The nodes whose boards hold a command for the output now. */
  driversOf(output: string): readonly NodeId[];
  /** The channels that measure a sensor: `<node>/<board channel>`. */
  channelsOf(sensor: string): readonly string[];
  /** The quantity itself, in the sensor's unit. */
  truth(now: TrueTime, sensor: string): number;
  /** Whether a fault holds the node, or has held it not long ago; also while it is down. */
  isNodeFaulty(node: NodeId, now: TrueTime): boolean;
  /** Whether a fault holds the channel or its node, or has held it not long ago. */
  isChannelFaulty(channel: string, now: TrueTime): boolean;
}
