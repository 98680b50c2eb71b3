/**
 * A result taken apart: its discrete part as one text (shape, keys, strings, booleans, null, with a
 * mark where a number stands), and its numbers in order. Two results agree when the texts are
 * equal and each number is within the tolerance of its place.
 *
 * Keys are sorted, so that the order in which a version writes a record does not matter. Equal
 * texts mean numbers at equal places, so numbers are compared by their index.
 */
import type { PlainValue } from "./plain-value.js";
import type { ToleranceOf } from "./tolerance.js";

export interface Parts {
  readonly discrete: string;
  readonly numbers: readonly number[];
  /** By number, how far off another may be. */
  readonly reaches: readonly number[];
}

export function takeApart(value: PlainValue, toleranceOf: ToleranceOf): Parts {
  const numbers: number[] = [];
  const reaches: number[] = [];
  const discrete = describe(value, [], (number, path) => {
    numbers.push(number);
    reaches.push(toleranceOf(path));
  });
  return { discrete, numbers, reaches };
}

/**
 * A value like `pattern`, with other numbers, in the order of `takeApart`. Its keys are sorted, so
 * that it is the same to the byte whoever's pattern it has. Frozen in depth.
 */
export function putTogether(pattern: PlainValue, numbers: readonly number[]): PlainValue {
  let next = 0;
  const fill = (value: PlainValue): PlainValue => {
    if (typeof value === "number") {
      next += 1;
      return numbers[next - 1] as number;
    }
    if (isArray(value)) return Object.freeze(value.map(fill));
    if (typeof value !== "object" || value === null) return value;
    const fields = keysOf(value).map((key) => [key, fill(value[key] as PlainValue)] as const);
    return Object.freeze(Object.fromEntries(fields));
  };
  return fill(pattern);
}

/** Symmetric, and not transitive: a and c may both agree with b and not with one another. */
export function agree(one: Parts, other: Parts): boolean {
  if (one.discrete !== other.discrete) return false;
  return one.numbers.every((number, index) => {
    const distance = Math.abs(number - (other.numbers[index] as number));
    return distance <= (one.reaches[index] as number);
  });
}

export const identical = (one: Parts, other: Parts): boolean =>
  one.discrete === other.discrete &&
  one.numbers.every((number, index) => number === other.numbers[index]);

/** Below 0 when `one` has the lower number at the first place where they differ; 0 if nowhere. */
export function compareNumbers(one: Parts, other: Parts): number {
  const place = one.numbers.findIndex((number, index) => number !== other.numbers[index]);
  return place < 0 ? 0 : (one.numbers[place] as number) - (other.numbers[place] as number);
}

type OnNumber = (number: number, path: readonly string[]) => void;

function describe(value: PlainValue, path: readonly string[], onNumber: OnNumber): string {
  if (typeof value === "number") {
    onNumber(value, path);
    return "#";
  }
  if (isArray(value)) {
    const items = value.map((item, index) => describe(item, [...path, String(index)], onNumber));
    return `[${items.join()}]`;
  }
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = keysOf(value).map((key) => {
    const text = describe(value[key] as PlainValue, [...path, key], onNumber);
    return `${JSON.stringify(key)}:${text}`;
  });
  return `{${fields.join()}}`;
}

type PlainRecord = { readonly [key: string]: PlainValue };

/** The language sorts by UTF-16 units here, whatever the locale. */
const keysOf = (record: PlainRecord): string[] => Object.keys(record).sort();

const isArray = (value: PlainValue): value is readonly PlainValue[] => Array.isArray(value);
