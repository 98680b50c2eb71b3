/**
 * `--health NAME=VALUE`: any option of channel health by its name, so that one which is added there
 * can be tried here at once. What a value may be is asked of health itself.
 */
import { suggestion } from "../../config/suggest.js";
import { AssertionFailure } from "../../kernel/assert.js";
import { type HealthOptions, healthOptions } from "../../voting/health/options.js";
import { CliFailure } from "../exit.js";
import type { GivenOption } from "./flag-values.js";

type OptionValue = number | boolean | string | null;

/** As text for the help, with the defaults for a tolerance. */
export function healthOptionsText(tolerance: number): string {
  const options = Object.entries(healthOptions({}, tolerance));
  return options.map(([name, value]) => `${name}=${String(value)}`).join("  ");
}

/** @throws CliFailure (usage) for a name or a value that health does not take */
export function readHealth(
  given: readonly GivenOption[],
  tolerance: number,
): Partial<HealthOptions> {
  const defaults = new Map<string, OptionValue>(Object.entries(healthOptions({}, tolerance)));
  const options: Record<string, OptionValue> = {};
  for (const { name, value } of given) {
    const usual = defaults.get(name);
    if (usual === undefined) {
      refuse(`--health: no option "${name}"${suggestion(name, [...defaults.keys()])}`);
    }
    options[name] = readLike(usual, name, value);
  }
  checkByHealth(options, tolerance);
  return options;
}

/** An option takes what its default is: a number, or true and false. */
function readLike(usual: OptionValue, name: string, text: string): OptionValue {
  if (typeof usual === "boolean") {
    if (text === "true" || text === "false") return text === "true";
    refuse(`--health ${name}: expected true or false, got "${text}"`);
  }
  if (typeof usual === "string") return text;
  const value = Number(text);
  if (Number.isFinite(value)) return value;
  refuse(`--health ${name}: expected a number, such as ${String(usual)}, got "${text}"`);
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
