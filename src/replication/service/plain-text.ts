/**
 * Plain data as text, one text for one value: JSON with sorted keys, and ASCII only (what is beyond
 * stands as `\uXXXX`), so that a character is a byte.
 *
 * Whatever an app is given came out of `parsePlain`, on every replica: its keys are sorted, there
 * is no -0, and it is frozen. A replica that has restored a snapshot therefore cannot be told from
 * one that was there all the time, not even by the order of keys.
 */
import { freezePlain, isPlain } from "../../wire/plain-data.js";
import type { Plain } from "./ports.js";

const beyondAscii = /[\u007f-\uffff]/g;

/** @param value is plain; see `asPlainText` for one of which that is not known. */
export function plainText(value: Plain): string {
  return JSON.stringify(value, sortKeys).replace(beyondAscii, escaped);
}

/**
 * The text of a value from anyone; null where it is not plain, or longer than `lengthMax`. An app's
 * may have accessors that throw, the second time too: one that got through would end every replica,
 * at each start anew, for it stands in the log.
 */
export function asPlainText(value: unknown, lengthMax: number): string | null {
  try {
    if (!isPlain(value)) return null;
    const text = plainText(value as Plain);
    return text.length <= lengthMax ? text : null;
  } catch {
    return null;
  }
}

/** The value, frozen; undefined where the text is not one that `plainText` gives. */
export function parsePlain(text: string): Plain | undefined {
  const value = parseJson(text);
  if (value === undefined || !isPlain(value) || plainText(value as Plain) !== text)
    return undefined;
  freezePlain(value);
  return value as Plain;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
}

const escaped = (letter: string): string =>
  `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`;
