/**
 * What a node's board must have, by the cluster's settings: for boards that are made to measure.
 */
import type { ChannelSpec, OutputSpec } from "../../boards/board.js";
import type { NodeId } from "../kernel/ids.js";
import type { ClusterSettings } from "../node/settings.js";

export interface BoardSpecs {
  readonly channels: readonly ChannelSpec[];
  readonly outputs: readonly OutputSpec[];
}

export function boardSpecsOf({ app, channels }: ClusterSettings, node: NodeId): BoardSpecs {
  const specs = Object.entries(app.sensors).flatMap(([sensor, { unit, min, max }]) =>
    (channels.get(sensor) ?? [])
      .filter((channel) => channel.node === node)
      .map(({ boardChannel: name }) => ({ name, unit, min, max })),
  );
  const outputs = Object.entries(app.outputs).map(([name, { unit, min, max, safe }]) => ({
    ...{ name, unit, min, max, safe },
  }));
  return { channels: specs, outputs };
}
