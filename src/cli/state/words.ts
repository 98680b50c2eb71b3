/** Words of the command line that several commands have: durations, numbers, names, values. */
import { formatDuration, parseDuration } from "../../config/quantity.js";
import type { Duration } from "../../kernel/time.js";
import { isName, isPrefix } from "../../replication/service/names.js";
import { nameLengthMax, valueBytesMax } from "../../replication/service/ports.js";
import { CliFailure } from "../exit.js";
import { harmless } from "../terminal.js";

export function durationIn(flag: string, word: string): Duration {
  const parsed = parseDuration(word);
  if (parsed.ok) return parsed.value;
  throw new CliFailure("usage", `${flag}: expected ${parsed.expected}, got ${word}`);
}

/** Between two durations, which are told in the words of the flag. */
export function durationWithin(
  flag: string,
  word: string,
  [least, most]: readonly [Duration, Duration],
): Duration {
  const duration = durationIn(flag, word);
  if (duration >= least && duration <= most) return duration;
  const bounds = `${formatDuration(least)} to ${formatDuration(most)}`;
  throw new CliFailure("usage", `${flag}: expected ${bounds}, got ${word}`);
}

/** @param least of what makes sense */
export function countIn(flag: string, word: string, least = 0): number {
  const count = /^[0-9]{1,15}$/.test(word) ? Number(word) : -1;
  if (count >= least) return count;
  throw new CliFailure("usage", `${flag}: expected a whole number from ${least}, got ${word}`);
}

const letters = `letters, digits, ".", "_", "/" and "-", at most ${nameLengthMax}`;

export function nameIn(what: string, word: string): string {
  if (isName(word)) return word;
  throw new CliFailure("usage", `${what}: expected ${letters}, got ${JSON.stringify(word)}`);
}

export function prefixIn(word: string): string {
  if (isPrefix(word)) return word;
  throw new CliFailure("usage", `the prefix: expected ${letters}, got ${JSON.stringify(word)}`);
}

export function valueIn(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= valueBytesMax) return bytes;
  const most = `at most ${valueBytesMax} bytes`;
  throw new CliFailure("usage", `the value: expected ${most}, got ${bytes.length}`);
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Null where the bytes are no text. */
export function textOf(value: Uint8Array): string | null {
  try {
    return utf8.decode(value);
  } catch {
    return null;
  }
}

/** For people: text as it is, all else in hex. */
export function shownValue(value: Uint8Array): string {
  return textOf(value) ?? `0x${Buffer.from(value).toString("hex")}`;
}

/** The same in one line, by others among it: what would not fit there stands as in JSON. */
export function lineValue(value: Uint8Array): string {
  const text = shownValue(value);
  return harmless(text) === text ? text : harmless(JSON.stringify(text));
}

/** For programs: `text` is null where the bytes are none; `base64` is always there. */
export const valueJson = (value: Uint8Array): object => ({
  text: textOf(value),
  base64: Buffer.from(value).toString("base64"),
});
