/** The channels of the config, its names checked, as the cluster wants them. */
import type { App } from "../control/app.js";
import { type Channel, type ChannelMap, channel } from "../control/channels.js";
import { nodeId } from "../kernel/ids.js";

/** In the order in which the app declares its sensors. */
export function channelMapOf(
  app: App,
  lists: Readonly<Record<string, readonly { readonly node: string; readonly channel: string }[]>>,
): ChannelMap {
  return new Map<string, readonly Channel[]>(
    Object.keys(app.sensors).map((sensor) => [
      sensor,
      (lists[sensor] ?? []).map((entry) => channel(nodeId(entry.node), entry.channel)),
    ]),
  );
}
