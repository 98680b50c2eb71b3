/**
 * What the numbers of this room may be. They come from people, who copy them from data sheets, so a
 * number that cannot be is their mistake and is named: `expected ..., got ...`.
 */
import { UsageError } from "../kernel/assert.js";

/** The most components of one group, and the size up to which the sums here are tested. */
export const groupMax = 64;

/** @throws UsageError for what is not in [0, 1] */
export function checkProbability(name: string, value: number): void {
  if (value >= 0 && value <= 1) return;
  throw new UsageError(`${name}: expected a probability from 0 to 1, got ${value}`);
}

/** @throws UsageError for what is negative, infinite or not a number; 0 is "never" */
export function checkRate(name: string, perHour: number): void {
  if (perHour >= 0 && Number.isFinite(perHour)) return;
  throw new UsageError(`${name}: expected a rate per hour of at least 0, got ${perHour}`);
}

/** @throws UsageError for what is negative, infinite or not a number */
export function checkHours(name: string, hours: number): void {
  if (hours >= 0 && Number.isFinite(hours)) return;
  throw new UsageError(`${name}: expected a time in hours of at least 0, got ${hours}`);
}

/** @throws UsageError for what is no mean time; infinity is "never" */
export function checkMeanTime(name: string, hours: number): void {
  if (hours > 0) return;
  throw new UsageError(`${name}: expected a mean time in hours above 0, got ${hours}`);
}

/** @throws UsageError for what is no whole number from `min` to `max` */
export function checkCount(name: string, value: number, min: number, max: number): void {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return;
  throw new UsageError(`${name}: expected a whole number from ${min} to ${max}, got ${value}`);
}

/** `k` of a group of `n` that are needed. */
export function checkGroup(k: number, n: number): void {
  checkCount("n", n, 1, groupMax);
  checkCount("k", k, 1, n);
}
