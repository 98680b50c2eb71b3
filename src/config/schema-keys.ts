/**
 * The schema as a flat table of keys: for "did you mean", for the variables of the environment and
 * for the documentation. In a path, `[]` stands for any item of a list and `*` for any name.
 */
import { z } from "zod";
import { fileSchema } from "./schema.js";

export interface SchemaKey {
  /** For instance `timing.cycle`, `nodes[].id`, `channels.*[].node`. */
  readonly path: string;
  readonly kind: "text" | "number" | "boolean" | "mapping" | "list";
  /** Completes "expected ...". */
  readonly expected: string;
  readonly description: string;
  /** What holds when the key is absent, in words; null when there is nothing to hold. */
  readonly fallback: string | null;
  readonly required: boolean;
}

/** Every key of the file, mappings before what is in them, each path once. */
export const schemaKeys: readonly SchemaKey[] = uniqueByPath(keysOf("", fileSchema, true));

/** The names that may stand where `path` (of the kind of `SchemaKey.path`) ends. */
export function siblingsAt(parent: string): readonly string[] {
  const prefix = parent === "" ? "" : `${parent}.`;
  return schemaKeys
    .filter((key) => key.path.startsWith(prefix) && key.path !== parent)
    .map((key) => key.path.slice(prefix.length))
    .filter((rest) => /^[a-zA-Z]+$/.test(rest));
}

/** The path of the schema for a path of a file: names under a mapping of names become `*`. */
export function schemaPathOf(path: readonly (string | number)[]): string {
  let known = "";
  for (const step of path) {
    const next = known === "" ? String(step) : `${known}.${step}`;
    if (typeof step === "number") known = `${known}[]`;
    else known = isNamed(known) && !isKey(next) ? `${known}.*` : next;
  }
  return known;
}

const isKey = (path: string): boolean => schemaKeys.some((key) => key.path === path);
const isNamed = (path: string): boolean => schemaKeys.some((key) => key.path === `${path}.*`);

function keysOf(path: string, schema: unknown, required: boolean): readonly SchemaKey[] {
  if (schema instanceof z.ZodOptional) return keysOf(path, schema.unwrap(), false);
  const below = childrenOf(path, schema);
  return path === "" ? below : [describe(path, schema as z.ZodType, required), ...below];
}

function childrenOf(path: string, schema: unknown): readonly SchemaKey[] {
  if (schema instanceof z.ZodObject) {
    const prefix = path === "" ? "" : `${path}.`;
    const entries = Object.entries(schema.shape);
    return entries.flatMap(([name, child]) => keysOf(prefix + name, child, true));
  }
  if (schema instanceof z.ZodDiscriminatedUnion) {
    return schema.options.flatMap((option: unknown) => childrenOf(path, option));
  }
  // An item of a list has no name of its own: only what is in it counts.
  if (schema instanceof z.ZodArray) return childrenOf(`${path}[]`, schema.element);
  if (schema instanceof z.ZodRecord && !(schema.valueType instanceof z.ZodUnknown)) {
    return keysOf(`${path}.*`, schema.valueType, false);
  }
  return [];
}

function describe(path: string, schema: z.ZodType, required: boolean): SchemaKey {
  const meta = schema.meta() ?? {};
  const fallback = meta["x-default"];
  return {
    path,
    kind: kindOf(schema),
    expected: expectedBy(schema),
    description: meta.description ?? "",
    fallback: typeof fallback === "string" ? fallback : null,
    required,
  };
}

/** What a schema expects is what it says when it gets something that nothing accepts. */
function expectedBy(schema: z.ZodType): string {
  const result = schema.safeParse(Symbol("nothing"));
  return result.success ? "" : (result.error.issues[0]?.message ?? "");
}

function kindOf(schema: unknown): SchemaKey["kind"] {
  if (schema instanceof z.ZodNumber) return "number";
  if (schema instanceof z.ZodBoolean) return "boolean";
  if (schema instanceof z.ZodArray) return "list";
  if (schema instanceof z.ZodObject || schema instanceof z.ZodRecord) return "mapping";
  return schema instanceof z.ZodDiscriminatedUnion ? "mapping" : "text";
}

function uniqueByPath(keys: readonly SchemaKey[]): readonly SchemaKey[] {
  const unique = new Map<string, SchemaKey>();
  for (const key of keys) if (!unique.has(key.path)) unique.set(key.path, key);
  return [...unique.values()];
}
