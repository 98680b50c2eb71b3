/**
 * Plain data, the only thing that is voted: booleans, finite numbers, strings, null, and arrays and
 * records of these. What a version hands over comes from outside, so it is read part by part into a
 * copy of our own: whoever keeps the original can change it afterwards, and only the original.
 *
 * Refused are all values that two readers may see differently: functions, accessors, classes, holes
 * in arrays, NaN (which agrees with nobody, not even itself) and the infinities. -0 is read as 0,
 * which it equals.
 */

export type PlainValue =
  | null
  | boolean
  | number
  | string
  | readonly PlainValue[]
  | { readonly [key: string]: PlainValue };

export interface PlainLimits {
  /** Values in all, those within arrays and records and their keys included. */
  readonly partsMax: number;
  /** UTF-16 units of all strings and keys together. */
  readonly textUnitsMax: number;
  /** A number alone has depth 0, a record of numbers 1. */
  readonly depthMax: number;
}

export const plainLimits: PlainLimits = Object.freeze({
  partsMax: 10_000,
  textUnitsMax: 100_000,
  depthMax: 16,
});

export type PlainReading =
  | { readonly ok: true; readonly value: PlainValue }
  /** `reason` names the place, for instance "/flow/2 is NaN". */
  | { readonly ok: false; readonly reason: string };

/**
 * Reads a value into a copy that is frozen in depth. It never throws, whatever the value does when
 * it is looked at, and looks at no more than the limits allow.
 */
export function readPlain(value: unknown, limits: PlainLimits = plainLimits): PlainReading {
  try {
    return { ok: true, value: new PlainReader(limits).read(value, []) };
  } catch (error) {
    // A proxy throws what it likes; what we throw ourselves is a `Refusal`.
    const reason = error instanceof Refusal ? error.message : "it throws when it is looked at";
    return { ok: false, reason };
  }
}

/** A copy in depth that may be changed: what a version mutates is then its own. */
export function thawPlain(value: PlainValue): unknown {
  if (Array.isArray(value)) return value.map(thawPlain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, thawPlain(part)]));
}

/** The longest text of a value in a message for people, in UTF-16 units. */
const messageUnitsMax = 60;

/** A value as text for people, cut where it is long. */
export function valueText(value: PlainValue): string {
  const text = JSON.stringify(value);
  return text.length <= messageUnitsMax ? text : `${text.slice(0, messageUnitsMax - 3)}...`;
}

/**
 * The place of a part as a JSON pointer (RFC 6901): "" is the whole, "/flow/2" the third item of
 * the array `flow`.
 */
export const pointerOf = (path: readonly string[]): string =>
  path.map((key) => `/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

class Refusal extends Error {}

function refuse(path: readonly string[], what: string): never {
  throw new Refusal(`${path.length === 0 ? "it" : pointerOf(path)} ${what}`);
}

class PlainReader {
  readonly #limits: PlainLimits;
  #parts = 0;
  #textUnits = 0;

  constructor(limits: PlainLimits) {
    this.#limits = limits;
  }

  read(value: unknown, path: readonly string[]): PlainValue {
    this.#countParts(1, path);
    if (value === null || typeof value === "boolean") return value;
    if (typeof value === "string") return this.#countText(value, path);
    if (typeof value === "number") return finite(value, path);
    if (typeof value !== "object") return refuse(path, `is ${article(typeof value)}`);
    if (path.length === this.#limits.depthMax) {
      return refuse(path, `is deeper than ${this.#limits.depthMax}`);
    }
    return Array.isArray(value) ? this.#readArray(value, path) : this.#readRecord(value, path);
  }

  #readArray(value: readonly unknown[], path: readonly string[]): PlainValue {
    // Counted before it is walked: an array of a thousand million holes is made in no time.
    if (value.length > this.#limits.partsMax) this.#countParts(value.length, path);
    const items: PlainValue[] = [];
    for (let index = 0; index < value.length; index += 1) {
      items.push(this.#readOwn(value, String(index), path));
    }
    if (Reflect.ownKeys(value).length !== value.length + 1) refuse(path, "has more than items");
    return Object.freeze(items);
  }

  #readRecord(value: object, path: readonly string[]): PlainValue {
    const prototype: unknown = Object.getPrototypeOf(value);
    // An object of another realm has another Object.prototype; so plain is what has none above it.
    const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
    if (!isPlain) refuse(path, "is an object of a class");
    const record: Record<string, PlainValue> = {};
    for (const key of Reflect.ownKeys(value)) {
      if (typeof key === "symbol") return refuse(path, "has a symbol as a key");
      if (key === "__proto__") return refuse(path, "has the key __proto__");
      this.#countText(key, path);
      this.#countParts(1, path);
      record[key] = this.#readOwn(value, key, path);
    }
    return Object.freeze(record);
  }

  /** Never through an accessor, which could answer differently each time. */
  #readOwn(holder: object, key: string, path: readonly string[]): PlainValue {
    const inside = [...path, key];
    const property = Object.getOwnPropertyDescriptor(holder, key);
    if (property === undefined) return refuse(inside, "is a hole");
    if (!("value" in property)) return refuse(inside, "is an accessor");
    if (property.enumerable !== true) return refuse(inside, "is hidden");
    return this.read(property.value, inside);
  }

  #countParts(count: number, path: readonly string[]): void {
    const { partsMax } = this.#limits;
    this.#parts += count;
    if (this.#parts > partsMax) refuse(path, `goes beyond ${partsMax} parts`);
  }

  #countText(text: string, path: readonly string[]): string {
    const { textUnitsMax } = this.#limits;
    this.#textUnits += text.length;
    if (this.#textUnits > textUnitsMax) refuse(path, `goes beyond ${textUnitsMax} units of text`);
    return text;
  }
}

function finite(value: number, path: readonly string[]): number {
  if (!Number.isFinite(value)) return refuse(path, `is ${value}`);
  return value === 0 ? 0 : value;
}

const article = (kind: string): string => (kind === "undefined" ? kind : `a ${kind}`);
