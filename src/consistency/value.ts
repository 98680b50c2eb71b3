/**
 * What operations say and answer: plain data, as JSON has it. Two values are the same if their
 * canonical texts are, whatever the order of an object's keys.
 */
export type Value =
  | null
  | boolean
  | number
  | string
  | readonly Value[]
  | { readonly [key: string]: Value };

export type Fields = { readonly [key: string]: Value };

/** Canonical: the keys of objects are sorted. */
export function textOf(value: Value): string {
  if (!isList(value) && !isFields(value)) return JSON.stringify(value);
  if (isList(value)) return `[${value.map(textOf).join(",")}]`;
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${textOf(value[key] ?? null)}`).join(",")}}`;
}

export const same = (one: Value, other: Value): boolean =>
  one === other || textOf(one) === textOf(other);

export const isList = (value: Value | undefined): value is readonly Value[] => Array.isArray(value);

export const isFields = (value: Value | undefined): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The field, or null where there is none or `value` has no fields. */
export const fieldOf = (value: Value, name: string): Value =>
  isFields(value) && Object.hasOwn(value, name) ? (value[name] ?? null) : null;

export const isCount = (value: Value): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
