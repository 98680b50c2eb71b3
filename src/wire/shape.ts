/**
 * The shapes of decoded bodies. Each protocol parses its own messages with these: a field is what
 * it should be, or null; nothing throws, and nothing is converted.
 */

/** An object of any keys; not null, not an array, not bytes. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  return !Array.isArray(value) && !ArrayBuffer.isView(value);
}

/** An integer from `min` to `max`, both included, and both safe integers. */
export function asInteger(value: unknown, min: number, max: number): number | null {
  if (typeof value !== "number" || !Number.isSafeInteger(value)) return null;
  return value >= min && value <= max ? value : null;
}

export function asFinite(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** @param lengthMax in UTF-16 code units */
export function asText(value: unknown, lengthMax: number): string | null {
  return typeof value === "string" && value.length <= lengthMax ? value : null;
}

export function asList(value: unknown, lengthMax: number): readonly unknown[] | null {
  return Array.isArray(value) && value.length <= lengthMax ? value : null;
}
