/**
 * A sensor that is read again: a bad reading may be a glitch of the line, and a good one a moment
 * later tells that it was. How often is bounded; what is bad every time is permanent, and there is
 * no value.
 *
 * The first good reading costs least. The median of several also masks a glitch that lies within
 * the range, as long as most readings are good; and it shows readings that are unsteady.
 */
import { UsageError } from "../../kernel/assert.js";
import { thrownText } from "../structured/thrown-text.js";
import type { Finding } from "./checked-word.js";

export interface RereadOptions {
  /** A reading outside of [min, max] cannot be true, in the sensor's unit. May be infinite. */
  readonly min: number;
  readonly max: number;
  /** How often it is read at most; 1 to `readingsMax`. */
  readonly attemptsMax: number;
  /** `first-good` stops at the first; `median` always reads `attemptsMax` times. */
  readonly choose: "first-good" | "median";
  /** For `median`: how far from it a good reading may be. Default infinite. */
  readonly tolerance?: number;
}

export const readingsMax = 32;

export interface Reread {
  /** In the sensor's unit; null when there is none, see `finding`. */
  readonly value: number | null;
  /**
   * `clean`: no reading was bad. `transient`: some were, and the value is of the others.
   * `permanent`: all were bad; of a median, also when half of them or more were.
   */
  readonly finding: Finding;
  /** How often it was read. */
  readonly attempts: number;
  /** Of each bad reading, why, in order. */
  readonly bad: readonly string[];
}

/**
 * @param read gives one reading in the sensor's unit, null where there is none; it may throw
 * @throws UsageError for options out of their range
 */
export function reread(read: (attempt: number) => number | null, options: RereadOptions): Reread {
  checkOptions(options);
  const good: number[] = [];
  const bad: string[] = [];
  const isEnough = () => options.choose === "first-good" && good.length > 0;
  for (let attempt = 0; attempt < options.attemptsMax && !isEnough(); attempt += 1) {
    const reading = readOnce(read, attempt, options);
    if (typeof reading === "number") good.push(reading);
    else bad.push(reading);
  }
  return options.choose === "median" ? medianOf(good, bad, options) : firstOf(good, bad);
}

function firstOf(good: readonly number[], bad: readonly string[]): Reread {
  const attempts = good.length + bad.length;
  const value = good[0] ?? null;
  if (value === null) return { value, finding: "permanent", attempts, bad };
  return { value, finding: bad.length === 0 ? "clean" : "transient", attempts, bad };
}

/** Of an even count the lower in the middle: a value that was read, and no mean of two. */
function medianOf(good: readonly number[], bad: readonly string[], options: RereadOptions): Reread {
  const { attemptsMax: attempts, tolerance = Number.POSITIVE_INFINITY } = options;
  const sorted = [...good].sort((one, other) => one - other);
  const value = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  const far = sorted.filter((reading) => Math.abs(reading - value) > tolerance);
  const all = [...bad, ...far.map((reading) => `${reading} is far from the median ${value}`)];
  const kept = attempts - all.length;
  if (kept * 2 <= attempts) return { value: null, finding: "permanent", attempts, bad: all };
  return { value, finding: all.length === 0 ? "clean" : "transient", attempts, bad: all };
}

function readOnce(
  read: (attempt: number) => number | null,
  attempt: number,
  { min, max }: RereadOptions,
): number | string {
  try {
    const reading = read(attempt);
    if (!Number.isFinite(reading)) return "no reading";
    const value = reading as number;
    return value >= min && value <= max ? value : `${value} is out of range`;
  } catch (error) {
    return `threw: ${thrownText(error)}`;
  }
}

function checkOptions({ min, max, attemptsMax, tolerance = 0 }: RereadOptions): void {
  if (!(min < max)) throw new UsageError(`${min} to ${max} is no range`);
  if (!(tolerance >= 0)) throw new UsageError(`a tolerance of ${tolerance}: at least 0`);
  if (!Number.isSafeInteger(attemptsMax) || attemptsMax < 1 || attemptsMax > readingsMax) {
    throw new UsageError(`attemptsMax is ${attemptsMax}: 1 to ${readingsMax} are expected`);
  }
}
