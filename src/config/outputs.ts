/** Who drives which output: names of the app's outputs, and a voter that has enough replicas. */
import type { Layers } from "./layers.js";
import type { Problem } from "./problem.js";
import { unknownNames } from "./sensors.js";
import { checkVoter } from "./voter.js";

/** The lines of the output voter in firmware (firmware-bridge/protocol.md). */
const placesOfVoter = 3;

/** @param spans by output of the app, how far its range reaches */
export function checkOutputs(
  layers: Layers,
  spans: ReadonlyMap<string, number>,
  nodes: readonly string[],
): readonly Problem[] {
  const outputs = [...spans.keys()];
  const voted = new Map([...spans].filter(([name]) => isVoted(layers, name)));
  const wired = checkVoter(layers, spans, voted);
  const expected = `expected ${placesOfVoter} nodes, or \`lease\`: the voter has as many lines`;
  const tooFew = nodes.length === placesOfVoter ? [] : [...voted.keys()];
  return [
    ...unknownNames(layers, ["outputs"], outputs, "an output of the app"),
    ...wired,
    ...tooFew.map((name) => layers.problem(["outputs", name, "right"], expected)),
  ];
}

/** Does it hang on the voter in firmware, and on no pin of a board? Voted, or driven by right. */
export function isAtVoter(layers: Layers, output: string): boolean {
  if (layers.get(["voter"]) === undefined) return false;
  return isVoted(layers, output) || layers.get(["voter", "outputs", output]) !== undefined;
}

/** Is it voted in firmware? */
const isVoted = (layers: Layers, output: string): boolean =>
  layers.get(["outputs", output, "right"]) === "voter";
