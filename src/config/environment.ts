/**
 * The variables of the environment: `HOLDFAST_` and the key's path in capitals, words and steps
 * joined by `_`. So `timing.suspectAfter` is `HOLDFAST_TIMING_SUSPECT_AFTER`. Only single values
 * have one; lists (`nodes`) and mappings of names (`channels`, `voting`) stand in the file.
 */

import type { Problem } from "./problem.js";
import { type SchemaKey, schemaKeys } from "./schema-keys.js";
import { suggestion } from "./suggest.js";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Variables that name no key: those that commands read themselves. */
export const commandVariables: readonly string[] = ["HOLDFAST_CONFIG"];

/** The keys that hold one value each, and can so be given by one word. */
export const singleKeys: readonly SchemaKey[] = schemaKeys.filter(
  (key) => !/[[*]/.test(key.path) && key.kind !== "mapping" && key.kind !== "list",
);

export const variableOf = (path: string): string =>
  `HOLDFAST_${path
    .replace(/([A-Z])/g, "_$1")
    .replaceAll(".", "_")
    .toUpperCase()}`;

const keyByVariable = new Map(singleKeys.map((key) => [variableOf(key.path), key]));

export interface EnvironmentValue {
  readonly key: SchemaKey;
  readonly variable: string;
  readonly text: string;
}

export interface EnvironmentReading {
  readonly values: readonly EnvironmentValue[];
  readonly warnings: readonly Problem[];
}

/** Picks out what concerns us, sorted by name. An empty variable counts as not set. */
export function readEnvironment(env: Environment): EnvironmentReading {
  const values: EnvironmentValue[] = [];
  const warnings: Problem[] = [];
  for (const variable of Object.keys(env).sort()) {
    const text = env[variable] ?? "";
    if (!variable.startsWith("HOLDFAST_") || text === "") continue;
    const key = keyByVariable.get(variable);
    if (key !== undefined) values.push({ key, variable, text });
    else if (!commandVariables.includes(variable)) warnings.push(unknownVariable(variable));
  }
  return { values, warnings };
}

function unknownVariable(variable: string): Problem {
  const known = [...keyByVariable.keys(), ...commandVariables];
  const hint = suggestion(variable, known).replace(/ \(known here.*/s, "");
  return {
    origin: { kind: "environment", variable },
    path: [],
    message: `it has no effect: no such key${hint}`,
  };
}

/** Text from a variable or a flag as the value that the file would have held. */
export function readWord(key: SchemaKey, text: string): unknown {
  if (key.kind === "boolean" && /^(true|false)$/.test(text)) return text === "true";
  if (key.kind === "number" && text.trim() !== "" && Number.isFinite(Number(text))) {
    return Number(text);
  }
  return text;
}
