/** The fields that bodies of requests and replies share; each is what it should be, or null. */
import { type Duration, micros } from "../../kernel/time.js";
import { asInteger, asList } from "../../wire/shape.js";
import { isName, isPrefix } from "./names.js";
import { asPlainText } from "./plain-text.js";
import { nameLengthMax, type Plain, valueBytesMax } from "./ports.js";

/** Of indices, tokens, versions, sessions, sequences and ids of requests. */
export const countMax = Number.MAX_SAFE_INTEGER;

export const asCount = (value: unknown, min = 0): number | null => asInteger(value, min, countMax);

/** An array of exactly `length` items. */
export function asFields(value: unknown, length: number): readonly unknown[] | null {
  const fields = asList(value, length);
  return fields === null || fields.length !== length ? null : fields;
}

export const asFlag = (value: unknown): boolean | null =>
  typeof value === "boolean" ? value : null;

export const asName = (value: unknown): string | null =>
  typeof value === "string" && isName(value) ? value : null;

export const asPrefix = (value: unknown): string | null =>
  typeof value === "string" && value.length <= nameLengthMax && isPrefix(value) ? value : null;

/** A name, or null; undefined where it is neither. */
export const asNameOrNull = (value: unknown): string | null | undefined =>
  value === null ? null : (asName(value) ?? undefined);

export const asValue = (value: unknown): Uint8Array | null =>
  value instanceof Uint8Array && value.length <= valueBytesMax ? value : null;

export function asDuration(value: unknown, min: number, max: number): Duration | null {
  const count = asInteger(value, min, max);
  return count === null ? null : micros(count);
}

/** @returns undefined where it is not plain, or weighs more than `bytesMax` as text */
export const asPlain = (value: unknown, bytesMax: number): Plain | undefined =>
  asPlainText(value, bytesMax) === null ? undefined : (value as Plain);

/** What `parse` makes of every item; null where it makes null of one. */
export function asEach<Item>(
  value: unknown,
  countOfItemsMax: number,
  parse: (item: unknown) => Item | null,
): Item[] | null {
  const items = asList(value, countOfItemsMax);
  if (items === null) return null;
  const parsed: Item[] = [];
  for (const item of items) {
    const one = parse(item);
    if (one === null) return null;
    parsed.push(one);
  }
  return parsed;
}
