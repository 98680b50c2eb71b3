/** How the options of a stream are refused: by saying what was expected. */
import { UsageError } from "../../kernel/assert.js";

export function expected(what: string): never {
  throw new UsageError(`E2E expects ${what}`);
}

/** Throws a `UsageError` unless the value is a whole number within the two. */
export function checkWhole(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  expected(`${name}: a whole number from ${min} to ${max}, not ${value}`);
}
