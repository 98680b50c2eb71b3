/** The fields of a snapshot, which comes from outside: what each may be. */
import { type Instant, instant } from "../../kernel/time.js";

/** A whole number from 0 to `max`. */
export const isCount = (field: unknown, max: number): field is number =>
  Number.isSafeInteger(field) && (field as number) >= 0 && (field as number) <= max;

/** The longest that is told of, in microseconds: 142 years. What is older stays so old. */
const agoMax = 2 ** 52;

/** How long ago something was, or that it never was. It may have been before the clock's 0. */
export const isAgo = (field: unknown): field is number | null =>
  field === null || isCount(field, agoMax);

export const agoOrNull = (ago: number): number | null => orNull(Math.min(ago, agoMax));

export const isValue = (field: unknown): field is number | null =>
  field === null || Number.isFinite(field);

/** A whole number of steps of a grid, or none yet. */
export const isGridded = (field: unknown): field is number | null =>
  field === null || Number.isSafeInteger(field);

export const isGriddedWithin = (field: unknown, max: number): field is number | null =>
  isGridded(field) && Math.abs(field ?? 0) <= max;

export const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);

export const orNaN = (field: number | null): number => field ?? Number.NaN;

/** An instant as the microseconds by which it lies before the closing `at`. */
export const agoOf = (at: Instant, then: Instant | null): number | null =>
  then === null ? null : at - then;

/** The instant that `agoOf` was given; undefined where there is none such on the clock. */
export function instantOf(at: number, ago: unknown): Instant | null | undefined {
  if (ago === null) return null;
  return isCount(ago, at) ? instant(at - ago) : undefined;
}
