/**
 * How far apart two healthy results may be in each of their numbers: one tolerance for all, or
 * some by their place and one for the rest.
 *
 * A place is a JSON pointer (RFC 6901); `*` in it stands for every item of an array (and for a key
 * that is `*`). Where several places fit one number, that which is named first counts.
 */
import { UsageError } from "../../kernel/assert.js";

export type Tolerance =
  /** For every number, in its own unit; finite and at least 0. */
  number | ToleranceByPath;

export interface ToleranceByPath {
  /** For instance `{ "/duty": 0.01, "/flows/*": 0.2 }`. */
  readonly byPath: Readonly<Record<string, number>>;
  /** For numbers at other places. Default 0: they must be equal. */
  readonly otherwise?: number;
}

/** Looks up the tolerance of the number at a path of keys. */
export type ToleranceOf = (path: readonly string[]) => number;

interface Rule {
  readonly keys: readonly string[];
  readonly tolerance: number;
}

/** @throws UsageError for what is no tolerance, or no JSON pointer */
export function compileTolerance(tolerance: Tolerance): ToleranceOf {
  if (typeof tolerance === "number") {
    check(tolerance, "the tolerance");
    return () => tolerance;
  }
  const { byPath, otherwise = 0 } = tolerance;
  check(otherwise, "the tolerance `otherwise`");
  const rules = Object.entries(byPath).map(([pointer, value]) => ruleOf(pointer, value));
  return (path) => rules.find(({ keys }) => fits(keys, path))?.tolerance ?? otherwise;
}

function check(tolerance: unknown, name: string): void {
  if (typeof tolerance === "number" && Number.isFinite(tolerance) && tolerance >= 0) return;
  throw new UsageError(`${name} is ${String(tolerance)}: a finite number, at least 0, is expected`);
}

function ruleOf(pointer: string, tolerance: number): Rule {
  check(tolerance, `the tolerance of "${pointer}"`);
  if (pointer !== "" && !pointer.startsWith("/")) {
    throw new UsageError(`"${pointer}" is no JSON pointer: "/${pointer}" may be what is meant`);
  }
  const keys = pointer.split("/").slice(1).map(unescapeKey);
  return { keys, tolerance };
}

const unescapeKey = (key: string): string => key.replaceAll("~1", "/").replaceAll("~0", "~");

function fits(keys: readonly string[], path: readonly string[]): boolean {
  if (keys.length !== path.length) return false;
  return keys.every((key, depth) => key === path[depth] || (key === "*" && isIndex(path[depth])));
}

const isIndex = (key: string | undefined): boolean => /^\d+$/.test(key ?? "");
