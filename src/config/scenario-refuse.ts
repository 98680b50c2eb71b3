/**
 * Turns what a schema of scenarios or tasks found into problems that name the line and what was
 * expected.
 */
import type { z } from "zod";
import type { Layers } from "./layers.js";
import { type KeyPath, type Problem, show } from "./problem.js";
import { scenarioSchema } from "./scenario-schema.js";
import { suggestion } from "./suggest.js";

/** @param known the keys that may stand in a mapping, for suggestions; none where nobody knows */
export function refuseShape(
  layers: Layers,
  error: z.ZodError,
  known: (parent: KeyPath) => readonly string[] = scenarioKeys,
): readonly Problem[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.filter((step) => typeof step !== "symbol");
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => refuseKey(layers, [...path, key], known(path)));
    }
    const value = layers.get(path);
    const expected = `expected ${issue.message}`;
    if (value === undefined) return [layers.problem(path, `missing: ${expected}`)];
    return [layers.problem(path, `${expected}, got ${show(value)}`)];
  });
}

const scenarioKeys = (parent: KeyPath): readonly string[] =>
  parent.length === 0 ? Object.keys(scenarioSchema.shape) : [];

function refuseKey(layers: Layers, path: KeyPath, known: readonly string[]): Problem {
  const key = String(path.at(-1));
  const hint = suggestion(key, known);
  return layers.problem(path, `expected a known key, got ${show(key)}${hint}`, "key");
}
