/** The values in force with where each came from, as a list and as a config with comments. */
import { Document, isNode, isScalar } from "yaml";
import type { Layers } from "./layers.js";
import { formatOrigin, formatPath, type KeyPath, type Origin } from "./problem.js";

export interface EffectiveValue {
  readonly path: KeyPath;
  /** As the file would hold it. The key is never among them: it reads `(hidden)`. */
  readonly value: unknown;
  readonly origin: Origin;
}

export const hiddenKey = "(hidden)";

/** In the order of the file; defaults follow what is set. */
export function effectiveValues(layers: Layers): readonly EffectiveValue[] {
  return leavesOf([], layers.tree).map(([path, value]) => ({
    path,
    value: path[0] === "key" ? hiddenKey : value,
    origin: layers.originOf(path),
  }));
}

function leavesOf(path: KeyPath, value: unknown): readonly (readonly [KeyPath, unknown])[] {
  if (typeof value !== "object" || value === null) return [[path, value]];
  const entries: readonly (readonly [string | number, unknown])[] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value);
  if (entries.length === 0) return [[path, value]];
  return entries.flatMap(([step, child]) => leavesOf([...path, step], child));
}

/** A config that means the same as the one in force, each value with its origin in a comment. */
export function toYaml(values: readonly EffectiveValue[]): string {
  const document = new Document({});
  for (const { path, value } of values) {
    growTo(document, path);
    document.setIn(path, document.createNode(value));
  }
  for (const { path, origin } of values) {
    const node = document.getIn(path, true);
    if (isScalar(node) || isNode(node)) node.comment = ` ${formatOrigin(origin)}`;
  }
  return document.toString({ lineWidth: 0 });
}

/** A list begins where the path goes on with a number: YAML would make it a mapping of numbers. */
function growTo(document: Document, path: KeyPath): void {
  for (const [index, step] of path.entries()) {
    const parent = path.slice(0, index);
    if (typeof step !== "number" || document.hasIn(parent)) continue;
    document.setIn(parent, document.createNode([]));
  }
}

export const pathOf = (value: EffectiveValue): string => formatPath(value.path);
