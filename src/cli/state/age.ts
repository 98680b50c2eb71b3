/** How old an answer may be, for people. */
import { formatDuration } from "../../config/quantity.js";
import { type Duration, micros } from "../../kernel/time.js";

const millisecond = 1_000;
const second = 1_000_000;
const tenSeconds = 10 * second;

export function ageText(age: Duration | null): string {
  if (age === null) return "nobody can tell how old this is: no leader was heard since the start";
  if (age === 0) return "this is the newest";
  const unit = age < tenSeconds ? millisecond : second;
  return `this may be up to ${formatDuration(micros(Math.ceil(age / unit) * unit))} old`;
}
