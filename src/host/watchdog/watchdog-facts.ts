/**
 * What the kernel tells of a watchdog without its being opened: opening arms it, and somebody who
 * only looks must not start a timer that nobody pets.
 */
import type { WatchdogCalls } from "./watchdog-calls.js";

/** What is read here: the names, and the files, under /sys/class/watchdog. */
export type WatchdogAttributes = Pick<WatchdogCalls, "entries" | "attribute">;

/** Null, each, where this kernel does not tell. */
export interface WatchdogFacts {
  /** Its name under /sys/class/watchdog. */
  readonly entry: string;
  readonly identity: string | null;
  /** In seconds, as all times here. */
  readonly timeout: number | null;
  readonly timeoutMin: number | null;
  readonly timeoutMax: number | null;
  /** True: once armed, nothing disarms it. */
  readonly nowayout: boolean | null;
  /** True: somebody has armed it already. */
  readonly active: boolean | null;
  /** See `bootStatusWords`. */
  readonly bootStatus: number | null;
  /** See `flags`. */
  readonly options: number | null;
}

export function factsOf(calls: WatchdogAttributes, entry: string): WatchdogFacts {
  const read = (name: string) => calls.attribute(entry, name);
  const state = read("state");
  const nowayout = numberIn(read("nowayout"));
  return {
    entry,
    identity: read("identity") || null,
    timeout: numberIn(read("timeout")),
    // A driver without a limit says 0.
    timeoutMin: numberIn(read("min_timeout")) || null,
    timeoutMax: numberIn(read("max_timeout")) || null,
    nowayout: nowayout === null ? null : nowayout !== 0,
    active: state === null ? null : state === "active",
    bootStatus: numberIn(read("bootstatus")),
    options: numberIn(read("options")),
  };
}

/** All that this machine has. */
export const allFacts = (calls: WatchdogAttributes): readonly WatchdogFacts[] =>
  calls.entries().map((entry) => factsOf(calls, entry));

/** The old device without a number, which the kernel makes for its first watchdog. */
const oldDevice = "10:130";
const firstEntry = "watchdog0";

/**
 * The name under which the kernel tells of a device: found by its number, so `/dev/watchdog` and a
 * link are as good as `/dev/watchdog0`. Null for a driver of the old kind (ib700), of which the
 * kernel tells nothing.
 */
export function entryOf(calls: WatchdogAttributes, deviceNumber: string): string | null {
  const entries = calls.entries();
  if (deviceNumber === oldDevice) return entries.includes(firstEntry) ? firstEntry : null;
  return entries.find((entry) => calls.attribute(entry, "dev") === deviceNumber) ?? null;
}

/** Decimal or with 0x; null for what is none, and for nothing. */
function numberIn(text: string | null): number | null {
  if (text === null || !/^(0x[0-9a-f]{1,8}|\d{1,10})$/i.test(text)) return null;
  return Number(text);
}
