/**
 * Turns what the schema of scenarios found into problems that name the line and what was expected.
 */
import type { z } from "zod";
import type { Layers } from "./layers.js";
import { type KeyPath, type Problem, show } from "./problem.js";
import { scenarioSchema } from "./scenario-schema.js";
import { suggestion } from "./suggest.js";

export function refuseShape(layers: Layers, error: z.ZodError): readonly Problem[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.filter((step) => typeof step !== "symbol");
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => refuseKey(layers, path, key));
    }
    const value = layers.get(path);
    const expected = `expected ${issue.message}`;
    if (value === undefined) return [layers.problem(path, `missing: ${expected}`)];
    return [layers.problem(path, `${expected}, got ${show(value)}`)];
  });
}

function refuseKey(layers: Layers, parent: KeyPath, key: string): Problem {
  const hint = suggestion(key, parent.length === 0 ? Object.keys(scenarioSchema.shape) : []);
  return layers.problem([...parent, key], `expected a known key, got ${show(key)}${hint}`, "key");
}
