/**
 * The boot journal: the last starts of a replica, each with its reason, and how the life that began
 * with it went. It is what tells a boot loop from a bad day, so it outlives the process; and it is
 * written as seldom as that allows, for a loop must not wear the card out: once at a start, once at
 * an orderly stop, and once when a life has proved itself.
 *
 * Whoever reads it must bear that it is not as it was written: cut, changed, or of another version.
 */
import { type Duration, type Instant, instant, micros } from "../../kernel/time.js";
import { type BootReason, parseReason } from "./boot-reason.js";

export interface BootEntry {
  readonly bootId: number;
  /** The kernel's id of the boot; null where the system has none. */
  readonly machineBoot: string | null;
  /** ISO 8601, as the clock stood at the start: on a board without a battery it may be wrong. */
  readonly wallClock: string;
  /** The same on the monotonic clock, whose readings compare within one boot of the machine. */
  readonly startedAt: Instant;
  /** Why it was started: how the life before it ended. */
  readonly reason: BootReason;
  /** How long it waited before it began. */
  readonly backOff: Duration;
  readonly safeMode: boolean;
  /** It ran for so long that what was before is forgiven. */
  readonly healthy: boolean;
  /** It wrote down that it was stopping in good order. */
  readonly stopped: boolean;
  /** From its start to its orderly stop; null while it runs, and for one that just ended. */
  readonly ran: Duration | null;
}

/** Starts that are kept; the oldest makes room. More than any limit of the restart policy. */
export const startsMax = 16;

/** A file beyond this was not written by us. */
export const journalBytesMax = 16_384;

export const journalSchema = "holdfast.journal/1";

export type JournalReading =
  /** Oldest first. */
  | { readonly ok: true; readonly starts: readonly BootEntry[] }
  /** `expected` completes "expected ...". */
  | { readonly ok: false; readonly expected: string };

export const withStart = (starts: readonly BootEntry[], entry: BootEntry): readonly BootEntry[] =>
  [...starts, entry].slice(-startsMax);

/** The newest start with some fields changed; no start, no change. */
export function withLast(
  starts: readonly BootEntry[],
  change: Partial<BootEntry>,
): readonly BootEntry[] {
  const last = starts.at(-1);
  return last === undefined ? starts : [...starts.slice(0, -1), { ...last, ...change }];
}

/** A line for each start, so that a person can read it on the board. */
export function encodeJournal(starts: readonly BootEntry[]): string {
  const lines = starts.slice(-startsMax).map((entry) => ` ${JSON.stringify(entry)}`);
  return `{"schema":"${journalSchema}","starts":[\n${lines.join(",\n")}\n]}\n`;
}

/** @param text of the whole file */
export function parseJournal(text: string): JournalReading {
  if (text.length > journalBytesMax) return refuse(`at most ${journalBytesMax} bytes`);
  const content = objectOf(parseJson(text));
  if (content === null) return refuse("one object of JSON");
  if (content["schema"] !== journalSchema) return refuse(`the schema ${journalSchema}`);
  const list = content["starts"];
  if (!Array.isArray(list) || list.length > startsMax) {
    return refuse(`the list of at most ${startsMax} starts`);
  }
  const starts: BootEntry[] = [];
  for (const item of list) {
    const entry = entryOf(objectOf(item) ?? {});
    if (entry === null) return refuse(`a start with all its fields as number ${starts.length + 1}`);
    starts.push(entry);
  }
  return { ok: true, starts };
}

const refuse = (expected: string): JournalReading => ({ ok: false, expected });

type Content = Readonly<Record<string, unknown>>;

/** Half an entry is worse than none: it could count what never was, or forgive it. */
function entryOf(content: Content): BootEntry | null {
  const { bootId, machineBoot, wallClock, startedAt, backOff, ran } = content;
  const { safeMode, healthy, stopped } = content;
  const reason = parseReason(content["reason"]);
  if (!isCount(bootId) || !isShort(wallClock) || reason === null || !isCount(backOff)) return null;
  if (!isCount(startedAt)) return null;
  if (!isFlag(safeMode) || !isFlag(healthy) || !isFlag(stopped)) return null;
  if (machineBoot !== null && !isShort(machineBoot)) return null;
  if (ran !== null && !isCount(ran)) return null;
  return {
    ...{ bootId, machineBoot, wallClock, startedAt: instant(startedAt), reason },
    ...{
      backOff: micros(backOff),
      safeMode,
      healthy,
      stopped,
      ran: ran === null ? null : micros(ran),
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

const objectOf = (value: unknown): Content | null =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Content) : null;

const isShort = (value: unknown): value is string => typeof value === "string" && value.length < 80;
const isFlag = (value: unknown): value is boolean => typeof value === "boolean";
const isCount = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
