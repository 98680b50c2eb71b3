/** Turns what the schema found into problems that name the line and what was expected. */
import type { z } from "zod";
import type { Layers } from "./layers.js";
import { type KeyPath, type Problem, show } from "./problem.js";
import { schemaPathOf, siblingsAt } from "./schema-keys.js";
import { suggestion } from "./suggest.js";

export function problemsOf(layers: Layers, error: z.ZodError): readonly Problem[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.filter((step) => typeof step !== "symbol");
    if (issue.code !== "unrecognized_keys") return [refuseValue(layers, path, issue.message)];
    return issue.keys.map((key) => refuseKey(layers, path, key));
  });
}

function refuseKey(layers: Layers, parent: KeyPath, key: string): Problem {
  const known = siblingsAt(schemaPathOf(parent));
  // Of several kinds of one thing, each has keys of its own.
  const hint = known.includes(key) ? " (of another kind)" : suggestion(key, known);
  return layers.problem([...parent, key], `expected a known key, got ${show(key)}${hint}`, "key");
}

function refuseValue(layers: Layers, path: KeyPath, expected: string): Problem {
  const value = layers.get(path);
  if (value === undefined) return layers.problem(path, `missing: expected ${expected}`);
  return layers.problem(path, `expected ${expected}, got ${secretly(path, value)}`);
}

/** A message must not carry the key into a log: it may be right but for one digit. */
const secretly = (path: KeyPath, value: unknown): string =>
  path[0] === "key" ? `${String(value).length} characters` : show(value);
