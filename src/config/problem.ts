/**
 * What is wrong with a config, and where. A problem names the place that must be edited: a line of
 * the file, a variable of the environment, or a flag.
 */
import { unreachable } from "../kernel/assert.js";

/** Where a value came from. Lines and columns count from 1, as editors do. */
export type Origin =
  | { readonly kind: "file"; readonly file: string; readonly line: number; readonly column: number }
  /** The file as a whole: it is missing, or cannot be read. */
  | { readonly kind: "whole-file"; readonly file: string }
  | { readonly kind: "environment"; readonly variable: string }
  | { readonly kind: "flag"; readonly flag: string }
  /** Nobody set it; `rule` says how the value came about, and is empty for a constant. */
  | { readonly kind: "default"; readonly rule: string };

/** The way to a value through mappings and lists, for instance `["nodes", 1, "address"]`. */
export type KeyPath = readonly (string | number)[];

export interface Problem {
  readonly origin: Origin;
  readonly path: KeyPath;
  /** A clause that says what was expected, and what was found. */
  readonly message: string;
}

/** Writes a path as people do: `nodes[1].address`. */
export function formatPath(path: KeyPath): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else text += text === "" ? step : `.${step}`;
  }
  return text;
}

export function formatOrigin(origin: Origin): string {
  switch (origin.kind) {
    case "file":
      return `${origin.file}:${origin.line}:${origin.column}`;
    case "whole-file":
      return origin.file;
    case "environment":
      return `environment ${origin.variable}`;
    case "flag":
      return `flag ${origin.flag}`;
    case "default":
      return origin.rule === "" ? "default" : `default: ${origin.rule}`;
    default:
      return unreachable(origin);
  }
}

export function formatProblem(problem: Problem): string {
  const path = formatPath(problem.path);
  const where = formatOrigin(problem.origin);
  return path === "" ? `${where}: ${problem.message}` : `${where}: ${path}: ${problem.message}`;
}

/** In the order of the file from top to bottom; what is not in the file comes after it. */
export function sortProblems(problems: readonly Problem[]): readonly Problem[] {
  return [...problems].sort((one, other) => {
    const [a, b] = [rankOf(one.origin), rankOf(other.origin)];
    return a.line - b.line || a.column - b.column;
  });
}

function rankOf(origin: Origin): { readonly line: number; readonly column: number } {
  if (origin.kind === "file") return origin;
  return { line: origin.kind === "whole-file" ? 0 : Number.MAX_SAFE_INTEGER, column: 0 };
}

/** A value as it stands in a message: short, on one line. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
