/**
 * `--health NAME=VALUE`: any option of channel health by its name, so that one which is added there
 * can be tried here at once. What a value may be is asked of health itself.
 */
import { parseDuration } from "../../config/quantity.js";
import { suggestion } from "../../config/suggest.js";
import { AssertionFailure } from "../../kernel/assert.js";
import { latchableReasons } from "../../voting/health/evidence.js";
import { type HealthOptions, healthOptions } from "../../voting/health/options.js";
import { CliFailure } from "../exit.js";
import type { GivenOption } from "./flag-values.js";

type OptionValue = number | boolean | readonly string[];

/** These take a time, as `250ms`; all other numbers are counts, shares, or in the sensor's unit. */
const durations: ReadonlySet<string> = new Set(["dwell", "crashAfter", "permanentAfter"]);

const defaultsFor = (tolerance: number): ReadonlyMap<string, OptionValue> =>
  new Map(Object.entries(healthOptions({}, tolerance)));

/** As lines for the help, with the defaults for a tolerance. */
export function healthOptionsText(tolerance: number): string {
  const options = [...defaultsFor(tolerance)].map(
    ([name, value]) => `${name}=${textOf(name, value)}`,
  );
  return wrapped(options, "  ");
}

function textOf(name: string, value: OptionValue): string {
  if (typeof value !== "number") return String(value);
  if (durations.has(name)) return `${value / 1_000_000}s`;
  return Number.isFinite(value) ? String(Number(value.toPrecision(6))) : "none";
}

const lineMax = 98;

function wrapped(words: readonly string[], indent: string): string {
  const lines = [indent];
  for (const word of words) {
    const line = lines.at(-1) as string;
    if (line.length + word.length > lineMax) lines.push(`${indent}${word}  `);
    else lines[lines.length - 1] = `${line}${word}  `;
  }
  return lines.map((line) => line.trimEnd()).join("\n");
}

/** @throws CliFailure (usage) for a name or a value that health does not take */
export function readHealth(
  given: readonly GivenOption[],
  tolerance: number,
): Partial<HealthOptions> {
  const defaults = defaultsFor(tolerance);
  const options: Record<string, OptionValue> = {};
  for (const { name, value } of given) {
    const usual = defaults.get(name);
    if (usual === undefined) {
      refuse(`--health: no option "${name}"${suggestion(name, [...defaults.keys()])}`);
    }
    options[name] = readHealthValue(name, usual, value);
  }
  checkByHealth(options, tolerance);
  return options;
}

/**
 * An option takes what its default is: a number, a time, true and false, or a list of reasons.
 *
 * @throws CliFailure (usage) for anything else
 */
export function readHealthValue(name: string, usual: OptionValue, text: string): OptionValue {
  const expect = (expected: string) =>
    refuse(`--health ${name}: expected ${expected}, got "${text}"`);
  if (typeof usual === "boolean") {
    return text === "true" || text === "false" ? text === "true" : expect("true or false");
  }
  if (typeof usual !== "number") return readReasons(name, text);
  if (durations.has(name)) {
    const parsed = parseDuration(text);
    return parsed.ok ? parsed.value : expect(parsed.expected);
  }
  const value = Number(text);
  if (Number.isFinite(value)) return value;
  return expect(`a number, such as ${Number.isFinite(usual) ? textOf(name, usual) : "1"}`);
}

/** The same words as in a config: what a sensor itself can have. */
function readReasons(name: string, text: string): readonly string[] {
  const known: readonly string[] = latchableReasons;
  const words = text.split(",").map((word) => word.trim());
  const unknown = words.find((word) => !known.includes(word));
  if (unknown === undefined) return words;
  refuse(`--health ${name}: no reason "${unknown}"${suggestion(unknown, known)}`);
}

function checkByHealth(options: Partial<HealthOptions>, tolerance: number): void {
  try {
    healthOptions(options, tolerance);
  } catch (error) {
    // Its assertions are for our bugs; here it is the person's number that they found.
    if (error instanceof AssertionFailure) refuse(`--health: ${error.message}`);
    throw error;
  }
}

function refuse(message: string): never {
  throw new CliFailure("usage", message);
}
