/**
 * Protection from end to end: its defaults, and whether all that is to be protected has a data id.
 */
import {
  noProfile,
  type Protection,
  profileOf,
  protectionProblems,
} from "../control/protection/protection.js";
import type { Layers } from "./layers.js";
import type { Problem } from "./problem.js";

/**
 * Call it when the channels are settled. What is misshapen counts as absent: others refuse it.
 *
 * @param outputs of the app
 */
export function settleProtection(
  layers: Layers,
  sensors: readonly string[],
  outputs: readonly string[],
  nodes: readonly string[],
): readonly Problem[] {
  const protection: Protection = {
    samples: settled(layers, "samples"),
    commands: settled(layers, "commands"),
  };
  const owners = sensors.flatMap((sensor) => ownersOf(layers.get(["channels", sensor])));
  const channelCounts = nodes.map((node) => owners.filter((owner) => owner === node).length);
  const size = { channelCounts, commandCount: nodes.length * outputs.length };
  return protectionProblems(protection, size).map(({ key, expected }) =>
    layers.problem(["protection", key], `expected ${expected}`),
  );
}

function settled(layers: Layers, key: keyof Protection): Protection[typeof key] {
  const path = ["protection", key];
  if (layers.get(path) === undefined) layers.set(path, noProfile, { kind: "default", rule: "" });
  const word = layers.get(path);
  return profileOf(typeof word === "string" ? word : undefined);
}

/** The nodes of the channels of a sensor. */
function ownersOf(list: unknown): readonly unknown[] {
  if (!Array.isArray(list)) return [];
  return list.map((entry: unknown) =>
    typeof entry === "object" && entry !== null && "node" in entry ? entry.node : null,
  );
}
