/**
 * Plain data is what means the same to every reader, in memory, as JSON and on the wire: null,
 * booleans, finite numbers, strings, and arrays and objects of these, at most `plainDepthMax` deep.
 */

/** Arrays and objects within one another. */
export const plainDepthMax = 16;

/** Half of a surrogate pair: text that has one is not UTF-8, and would arrive as another text. */
const loneSurrogate = /\p{Surrogate}/u;

export const isPlain = (value: unknown): boolean => isPlainAt(value, 0);

function isPlainAt(value: unknown, depth: number): boolean {
  if (value === null || typeof value === "boolean") return true;
  if (typeof value === "string") return !loneSurrogate.test(value);
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || depth === plainDepthMax) return false;
  // Not by `every`, which passes over holes: JSON has them as null, the wire has not got them at
  // all.
  if (Array.isArray(value)) return Array.from(value).every((item) => isPlainAt(item, depth + 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  return Object.entries(value).every(([key, item]) => isKey(key) && isPlainAt(item, depth + 1));
}

/** A key that the wire refuses, because decoders set the prototype by it, is not plain either. */
const isKey = (key: string): boolean => key !== "__proto__" && !loneSurrogate.test(key);

/** Freezes plain data in depth, so that whoever is given it cannot change it. */
export function freezePlain(value: unknown): void {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const item of Object.values(value)) freezePlain(item);
}
