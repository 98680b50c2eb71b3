/**
 * The config as the layers lie on one another: flags above the environment, above the file, above
 * defaults. Every value remembers the layer it came from, so that a refusal points at what must be
 * edited and `holdfast config print` can say why a value is in force.
 */
import { dirname, resolve } from "node:path";
import { type Environment, readEnvironment, readWord, singleKeys } from "./environment.js";
import { formatPath, type KeyPath, type Origin, type Problem } from "./problem.js";
import type { SchemaKey } from "./schema-keys.js";
import { suggestion } from "./suggest.js";
import type { YamlSource } from "./yaml-source.js";

/** A value that a flag of the command line gives. */
export interface Override {
  /** Of a single value, for instance `timing.cycle`. */
  readonly path: string;
  readonly text: string;
  /** As the user wrote it, for messages: `--set timing.cycle`. */
  readonly flag: string;
}

type Branch = Record<string, unknown>;

export class Layers {
  readonly tree: Branch;
  readonly #source: YamlSource;
  readonly #origins = new Map<string, Origin>();

  /** @param tree what `source` holds: a mapping */
  constructor(source: YamlSource, tree: object) {
    this.#source = source;
    this.tree = structuredClone(tree) as Branch;
  }

  get(path: KeyPath): unknown {
    let value: unknown = this.tree;
    for (const step of path) {
      if (typeof value !== "object" || value === null || !Object.hasOwn(value, step))
        return undefined;
      value = (value as Record<string | number, unknown>)[step];
    }
    return value;
  }

  /** Puts a value over what is there. A branch that is no mapping stays: it is refused anyway. */
  set(path: readonly string[], value: unknown, origin: Origin): void {
    let branch = this.tree;
    for (const step of path.slice(0, -1)) {
      if (branch[step] === undefined) branch[step] = {};
      const next = branch[step];
      if (typeof next !== "object" || next === null || Array.isArray(next)) return;
      branch = next as Branch;
    }
    const last = path.at(-1);
    if (last === undefined) return;
    branch[last] = value;
    this.#origins.set(formatPath(path), origin);
  }

  drop(key: string): void {
    delete this.tree[key];
  }

  originOf(path: KeyPath, part: "key" | "value" = "value"): Origin {
    for (let length = path.length; length > 0; length -= 1) {
      const origin = this.#origins.get(formatPath(path.slice(0, length)));
      if (origin !== undefined) return origin;
    }
    return this.#source.locate(path, part);
  }

  problem(path: KeyPath, message: string, part: "key" | "value" = "value"): Problem {
    return { origin: this.originOf(path, part), path, message };
  }

  /** A path of a file: in the config it begins beside the config, elsewhere where the user is. */
  fileAt(path: KeyPath, cwd: string): string | null {
    const text = this.get(path);
    if (typeof text !== "string" || text.trim() === "") return null;
    const origin = this.originOf(path).kind;
    const inFile = origin === "file" || origin === "default";
    return resolve(inFile ? dirname(resolve(cwd, this.#source.file)) : cwd, text);
  }
}

/**
 * Lays the environment and the flags over the file; gives the problems and warnings of doing so.
 */
export function layOver(
  layers: Layers,
  env: Environment,
  overrides: readonly Override[],
): { readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] } {
  const { values, warnings } = readEnvironment(env);
  for (const { key, variable, text } of values) {
    layers.set(key.path.split("."), readWord(key, text), { kind: "environment", variable });
  }
  const problems = overrides.flatMap((override) => layFlag(layers, override));
  return { problems, warnings };
}

function layFlag(layers: Layers, override: Override): readonly Problem[] {
  const origin: Origin = { kind: "flag", flag: override.flag };
  const key = singleKeys.find((candidate: SchemaKey) => candidate.path === override.path);
  if (key === undefined) {
    const known = singleKeys.map((candidate) => candidate.path);
    const hint = suggestion(override.path, known);
    return [{ origin, path: [], message: `expected the key of a single value${hint}` }];
  }
  layers.set(key.path.split("."), readWord(key, override.text), origin);
  return [];
}
