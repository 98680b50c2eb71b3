/**
 * Which channels measure which of the app's sensors. A sensor that the config does not mention is
 * measured by every node's board, on the channel of the same name.
 */
import { channel } from "../control/channels.js";
import { nodeId } from "../kernel/ids.js";
import type { Layers } from "./layers.js";
import type { KeyPath, Problem } from "./problem.js";
import { suggestion } from "./suggest.js";

export interface SensorChecks {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

interface ListedChannel {
  readonly path: KeyPath;
  readonly node: unknown;
  readonly channel: unknown;
}

/**
 * Names in `channels`, `voting`, `dependability.sensors` and `board.columns` must be those of the
 * app and of the nodes.
 *
 * @param sensors of the app
 */
export function checkSensors(
  layers: Layers,
  sensors: readonly string[],
  nodes: readonly string[],
): SensorChecks {
  const listed = namesIn(layers, ["channels"]).filter((name) => sensors.includes(name));
  const problems = [
    ...unknownNames(layers, ["channels"], sensors, "a sensor of the app"),
    ...unknownNames(layers, ["voting"], sensors, "a sensor of the app"),
    ...unknownNames(layers, ["dependability", "sensors"], sensors, "a sensor of the app"),
    ...listed.flatMap((sensor) => checkList(layers, sensor, nodes)),
  ];
  const warnings = listed.flatMap((sensor) => warnOfFew(layers, sensor));
  if (problems.length > 0) return { problems, warnings };
  settleChannels(layers, sensors, nodes);
  const ids = channelIds(layers, sensors);
  return { problems: unknownNames(layers, ["board", "columns"], ids, "a channel"), warnings };
}

function checkList(layers: Layers, sensor: string, nodes: readonly string[]): readonly Problem[] {
  const seen = new Set<string>();
  return listedChannels(layers, sensor).flatMap(({ path, node, channel: name }) => {
    if (typeof node !== "string" || typeof name !== "string") return [];
    if (!nodes.includes(node)) return [refuseNode(layers, [...path, "node"], node, nodes)];
    const id = channel(nodeId(node), name).id;
    const problem = layers.problem(path, `expected each channel once, or ${id} has two votes`);
    if (seen.has(id)) return [problem];
    seen.add(id);
    return [];
  });
}

function refuseNode(
  layers: Layers,
  path: KeyPath,
  node: string,
  nodes: readonly string[],
): Problem {
  const found = `got ${JSON.stringify(node)}${suggestion(node, nodes)}`;
  return layers.problem(path, `expected the id of a node, ${found}`);
}

/** Refuses what is listed at `path` and is no name of `what`. */
export function unknownNames(
  layers: Layers,
  path: KeyPath,
  known: readonly string[],
  what: string,
): readonly Problem[] {
  const unknown = namesIn(layers, path).filter((name) => !known.includes(name));
  return unknown.map((name) => {
    const hint = suggestion(name, known);
    return layers.problem([...path, name], `expected the name of ${what}${hint}`, "key");
  });
}

function warnOfFew(layers: Layers, sensor: string): readonly Problem[] {
  const count = listedChannels(layers, sensor).length;
  if (count > 2 || count === 0) return [];
  const message =
    count === 1
      ? "one channel has no redundancy: whatever it says is believed"
      : "two channels cannot isolate a fault: two that disagree cannot say which is wrong";
  return [layers.problem(["channels", sensor], message, "key")];
}

function settleChannels(
  layers: Layers,
  sensors: readonly string[],
  nodes: readonly string[],
): void {
  const rule = "each node's channel named as the sensor";
  for (const sensor of sensors) {
    if (layers.get(["channels", sensor]) !== undefined) continue;
    const list = [...nodes].sort().map((node) => ({ node, channel: sensor }));
    layers.set(["channels", sensor], list, { kind: "default", rule });
  }
}

const channelIds = (layers: Layers, sensors: readonly string[]): readonly string[] =>
  channelsIn(layers, sensors).map(({ node, name }) => `${node}/${name}`);

/** The channels of the boards, when they are settled; what is misshapen is left out. */
export const channelsIn = (
  layers: Layers,
  sensors: readonly string[],
): readonly { readonly node: string; readonly name: string }[] =>
  sensors.flatMap((sensor) =>
    listedChannels(layers, sensor).flatMap(({ node, channel: name }) =>
      typeof node === "string" && typeof name === "string" ? [{ node, name }] : [],
    ),
  );

function listedChannels(layers: Layers, sensor: string): readonly ListedChannel[] {
  const list = layers.get(["channels", sensor]);
  if (!Array.isArray(list)) return [];
  return list.map((_, index) => {
    const path = ["channels", sensor, index];
    return { path, node: layers.get([...path, "node"]), channel: layers.get([...path, "channel"]) };
  });
}

function namesIn(layers: Layers, path: KeyPath): readonly string[] {
  const value = layers.get(path);
  return typeof value === "object" && value !== null ? Object.keys(value) : [];
}
