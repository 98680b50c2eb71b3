/** How old an answer may be, for people. */
import { formatDuration } from "../../config/quantity.js";
import type { Duration } from "../../kernel/time.js";

export function ageText(age: Duration | null): string {
  if (age === null) return "nobody can tell how old this is: no leader was heard since the start";
  return age === 0 ? "this is the newest" : `this may be up to ${formatDuration(age)} old`;
}
