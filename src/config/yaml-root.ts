/** What every file of ours is at its root: a mapping. */
import { type Problem, show } from "./problem.js";
import type { YamlSource } from "./yaml-source.js";

export type YamlRoot =
  | { readonly ok: true; readonly tree: object }
  /** At least one problem. */
  | { readonly ok: false; readonly problems: readonly Problem[] };

export function rootOf(source: YamlSource): YamlRoot {
  const { tree } = source;
  if (typeof tree === "object" && tree !== null && !Array.isArray(tree)) return { ok: true, tree };
  // Text that is no YAML has no root either: why it is none says more.
  if (source.problems.length > 0) return { ok: false, problems: source.problems };
  const message = `expected a mapping of keys to values, got ${show(tree)}`;
  return { ok: false, problems: [{ origin: source.locate([], "value"), path: [], message }] };
}
