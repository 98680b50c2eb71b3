/** Who drives which output: names of the app's outputs, and a voter that has enough replicas. */
import type { Layers } from "./layers.js";
import type { Problem } from "./problem.js";
import { unknownNames } from "./sensors.js";

/** The lines of the output voter in firmware (firmware-bridge/protocol.md). */
const placesOfVoter = 3;

/** @param outputs of the app */
export function checkOutputs(
  layers: Layers,
  outputs: readonly string[],
  nodes: readonly string[],
): readonly Problem[] {
  const voted = outputs.filter((name) => layers.get(["outputs", name, "right"]) === "voter");
  const expected = `expected ${placesOfVoter} nodes, or \`lease\`: the voter has as many lines`;
  const tooFew = nodes.length === placesOfVoter ? [] : voted;
  return [
    ...unknownNames(layers, ["outputs"], outputs, "an output of the app"),
    ...tooFew.map((name) => layers.problem(["outputs", name, "right"], expected)),
  ];
}
