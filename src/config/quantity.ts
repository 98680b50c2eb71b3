/**
 * Durations and sizes as people write them: `250ms`, `10s`, `4KiB`. A number always carries its
 * unit; a bare `100` is refused, because nobody knows whether it meant seconds or milliseconds.
 */
import { type Duration, micros } from "../kernel/time.js";

export type Parsed<Value> =
  | { readonly ok: true; readonly value: Value }
  /** `expected` completes "expected ...". */
  | { readonly ok: false; readonly expected: string };

const microsecondsPer = {
  us: 1,
  ms: 1_000,
  s: 1_000_000,
  m: 60_000_000,
  h: 3_600_000_000,
} as const;

/** A year has 365 days: that is how those count who write 8760 hours for it. */
const minutesPer = { m: 1, h: 60, d: 1_440, y: 525_600 } as const;

const bytesPer = { B: 1, KiB: 1_024, MiB: 1_048_576, GiB: 1_073_741_824 } as const;

export const durationExpected = "a duration such as 250ms, 10s or 5m (units: us, ms, s, m, h)";
export const lifetimeExpected = "a time such as 24h, 7d or 5y (units: m, h, d, y)";
export const sizeExpected = "a size such as 512B, 4KiB or 16MiB (units: B, KiB, MiB, GiB)";

/** What they look like, for the JSON Schema: an editor then marks a wrong one while typing. */
export const durationPattern = "^[0-9]+(\\.[0-9]+)?(us|ms|s|m|h)$";
export const lifetimePattern = "^[0-9]+(\\.[0-9]+)?(m|h|d|y)$";
export const sizePattern = "^[0-9]+(\\.[0-9]+)?(B|KiB|MiB|GiB)$";

/** Reads a duration: a decimal number and a unit, together a whole number of microseconds. */
export function parseDuration(text: unknown): Parsed<Duration> {
  const count = parseQuantity(text, microsecondsPer);
  if (count === null) return { ok: false, expected: durationExpected };
  if (!Number.isSafeInteger(count)) {
    return { ok: false, expected: "a duration of whole microseconds, below 285 years" };
  }
  return { ok: true, value: micros(count) };
}

/**
 * Reads the mean time of a failure or a repair, in hours. It is no `Duration`: parts of which one
 * in a thousand fails in a year have a mean time of centuries, which microseconds do not reach.
 */
export function parseLifetime(text: unknown): Parsed<number> {
  const minutes = parseQuantity(text, minutesPer);
  if (minutes === null) return { ok: false, expected: lifetimeExpected };
  return { ok: true, value: minutes / 60 };
}

/** Reads a size in bytes: a decimal number and a unit, together a whole number of bytes. */
export function parseSize(text: unknown): Parsed<number> {
  const count = parseQuantity(text, bytesPer);
  if (count === null) return { ok: false, expected: sizeExpected };
  if (!Number.isSafeInteger(count)) return { ok: false, expected: "a whole number of bytes" };
  return { ok: true, value: count };
}

function parseQuantity(text: unknown, units: Readonly<Record<string, number>>): number | null {
  if (typeof text !== "string") return null;
  const match = /^([0-9]{1,16})(?:\.([0-9]{1,9}))?([A-Za-z]+)$/.exec(text.trim());
  const [, whole = "", fraction = "", unit = ""] = match ?? [];
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
  if (factor === undefined) return null;
  return Number(whole) * factor + fractionOf(fraction, factor);
}

/** The digits are multiplied before they are divided: 0.1s is then 100000us, not 99999.99. */
const fractionOf = (digits: string, factor: number): number =>
  digits === "" ? 0 : (Number(digits) * factor) / 10 ** digits.length;

/** Writes a duration in the largest unit in which it is whole; `parseDuration` reads it back. */
export const formatDuration = (duration: Duration): string => format(duration, microsecondsPer);

/** Writes a size in the largest unit in which it is whole; `parseSize` reads it back. */
export const formatSize = (bytes: number): string => format(bytes, bytesPer);

function format(count: number, units: Readonly<Record<string, number>>): string {
  const [first, ...larger] = Object.entries(units);
  let [name, factor] = first ?? ["", 1];
  for (const [candidate, size] of larger) {
    if (count !== 0 && count % size === 0) [name, factor] = [candidate, size];
  }
  return `${count / factor}${name}`;
}

/** Writes hours for people, in the largest unit that they fill, with three digits: `4.17y`. */
export function formatLifetime(hours: number): string {
  if (hours === Number.POSITIVE_INFINITY) return "never";
  const [name, factor] = Object.entries(minutesPer).findLast(
    ([, minutes]) => hours * 60 >= minutes,
  ) ?? ["m", 1];
  const count = (hours * 60) / factor;
  if (count >= 1e6) return `${count.toExponential(1).replace("e+", "e")}${name}`;
  return `${Number(count.toPrecision(count >= 1_000 ? 4 : 3))}${name}`;
}
