/** The values of flags that `vote` and `compare` share, read or refused in a sentence. */
import { InvalidArgumentError } from "commander";
import { parseDuration } from "../../config/quantity.js";
import { type PlacedFault, parseSensorFault } from "../../faults/fault-text.js";
import type { Duration } from "../../kernel/time.js";

/** A fault as it was given; whether its columns exist is not known yet. */
export interface GivenFault extends PlacedFault {
  readonly text: string;
}

export interface GivenOption {
  readonly name: string;
  readonly value: string;
}

export function readNames(text: string): readonly string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.includes("")) throw new InvalidArgumentError("Expected names, such as a,b,c.");
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new InvalidArgumentError(`${twice} is named twice.`);
  return names;
}

export function readX(text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isFinite(value)) throw new InvalidArgumentError("Expected a number, such as 0.75.");
  return value;
}

export function readSeed(text: string): number {
  const seed = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(seed)) return seed;
  throw new InvalidArgumentError("Expected a whole number from 0 to 2^53 - 1.");
}

export function readAge(text: string): Duration {
  const parsed = parseDuration(text);
  if (parsed.ok) return parsed.value;
  throw new InvalidArgumentError(`Expected ${parsed.expected}.`);
}

export function readFault(text: string, before: readonly GivenFault[] = []): readonly GivenFault[] {
  const parsed = parseSensorFault(text);
  if (!parsed.ok) throw new InvalidArgumentError(parsed.reason);
  return [...before, { ...parsed.value, text }];
}

export function readOption(
  text: string,
  before: readonly GivenOption[] = [],
): readonly GivenOption[] {
  const [, name = "", value = ""] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === "") throw new InvalidArgumentError("Expected NAME=VALUE, such as strikesMax=50.");
  return [...before, { name: name.trim(), value: value.trim() }];
}
