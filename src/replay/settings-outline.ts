/**
 * Settings as plain data, to be compared: a replay under other settings than those of the recording
 * differs for that reason, and should say so. A function is there as the CRC of its text, so a
 * changed control function shows, though not a change in what it calls.
 */
import { asciiJson, crcOfAscii, crcText } from "./ascii-crc.js";

/** Deeper than any settings; it bounds the walk through an app's own objects. */
const depthMax = 16;

/** Differences that are told one by one. */
export const differencesMax = 20;

export interface SettingDifference {
  /** Such as `timing.cycle`. */
  readonly path: string;
  readonly recorded: string;
  readonly now: string;
}

export function outlineOf(value: unknown, depth = 0): unknown {
  if (typeof value === "function") {
    return `function #${crcText(crcOfAscii(asciiJson(String(value))) ?? 0)}`;
  }
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth === depthMax) return "...";
  if (Array.isArray(value)) return value.map((item) => outlineOf(item, depth + 1));
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  const outlined = entries.map(([key, item]) => [String(key), outlineOf(item, depth + 1)]);
  return Object.fromEntries(outlined);
}

/**
 * Where two outlines differ: the first `differencesMax` places, in the order of the recorded one.
 */
export function outlineDifferences(recorded: unknown, now: unknown): readonly SettingDifference[] {
  const then = new Map(leavesOf("", recorded));
  const here = new Map(leavesOf("", now));
  const paths = [...then.keys(), ...[...here.keys()].filter((path) => !then.has(path))];
  return paths
    .filter((path) => then.get(path) !== here.get(path))
    .slice(0, differencesMax)
    .map((path) => ({
      path,
      recorded: then.get(path) ?? "absent",
      now: here.get(path) ?? "absent",
    }));
}

function leavesOf(path: string, value: unknown): readonly (readonly [string, string])[] {
  const isInner = typeof value === "object" && value !== null && Object.keys(value).length > 0;
  if (!isInner) return [[path, asciiJson(value) ?? "absent"]];
  return Object.entries(value).flatMap(([key, item]) =>
    leavesOf(path === "" ? key : `${path}.${key}`, item),
  );
}
