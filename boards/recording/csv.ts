/**
 * Reads a recording from CSV: one line a sampling instant, one column a channel, an empty cell
 * where a channel gave nothing. The file is a stranger's: whatever is wrong with it is a refusal
 * that names the line, and nothing in it can throw.
 *
 * The dialect is RFC 4180 with commas, in which a quoted cell ends on the line it began on. A byte
 * order mark, CRLF, spaces around a cell and blank lines at the end are let pass, because the
 * spreadsheets that write these files add them unasked. Numbers are plain decimals: `NaN`, `inf`
 * and `0x10` are refused, for a reading is a number or it is not there.
 */
import { splitCells } from "./cells.js";

/** Readings of several channels, side by side, in the order in which they were taken. */
export interface Recording {
  readonly channels: readonly string[];
  /** At least one; `timeS` never goes back. */
  readonly rows: readonly RecordingRow[];
}

export interface RecordingRow {
  /** Seconds, from any origin; the number of the row, from 0, where the file has no time. */
  readonly timeS: number;
  /** One a channel, in the order of `channels`; `null` is an omission. Always finite. */
  readonly values: readonly (number | null)[];
}

export interface RecordingOptions {
  /** The columns to take, in this order. Without it: all but the time. */
  readonly channels?: readonly string[];
  /**
   * The column of the time. Without it: the first of `timeColumns` in the file that is no channel.
   */
  readonly time?: string;
}

export type RecordingRefusal = {
  readonly ok: false;
  /** Counted from 1; the header is line 1. */
  readonly line: number;
  /** A clause that says what was found and what was expected. */
  readonly reason: string;
};

export type RecordingParse =
  | { readonly ok: true; readonly recording: Recording }
  | RecordingRefusal;

/** What a column of time is called where nobody says. */
export const timeColumns: readonly string[] = ["t", "time", "time_s", "timestamp"];

/** The largest recording, in rows; a longer one is refused whole, never cut short. */
export const recordingRowsMax = 1_000_000;
/** The same, in UTF-16 code units of the text: 64 Mi. */
export const recordingTextMax = 64 * 1024 * 1024;

/** The most columns of a file, whether they are taken or not. */
export const recordingColumnsMax = 1_024;

/** How much of a strange cell a refusal repeats, in characters. */
const quotedTextMax = 40;

export function parseRecording(text: string, options: RecordingOptions = {}): RecordingParse {
  if (text.length > recordingTextMax) {
    return refuse(1, `${text.length} characters, expected at most ${recordingTextMax}`);
  }
  const lines = linesOf(text);
  if (lines === null) {
    return refuse(recordingRowsMax + 2, `expected at most ${recordingRowsMax} rows`);
  }
  const [header, ...body] = lines;
  if (header === undefined) return refuse(1, "the file is empty, expected a header");
  const layout = layoutOf(header, options);
  if (!layout.ok) return layout;
  if (body.length === 0) return refuse(1, "no row follows the header, expected at least one");
  return readRows(body, layout);
}

/** Without the byte order mark, and without the blank lines at the end; null when too many. */
function linesOf(text: string): string[] | null {
  const linesMax = recordingRowsMax + 1;
  // A text may end in a line break, after which `split` finds one more, empty line.
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n?|\n/, linesMax + 2);
  if (lines.length > linesMax && (lines.length > linesMax + 1 || lines.at(-1) !== "")) return null;
  while (lines.length > 0 && lines.at(-1)?.trim() === "") lines.pop();
  return lines;
}

/** Where in a line to find what. */
interface Layout {
  readonly ok: true;
  readonly header: readonly string[];
  /** Null where rows are counted instead. */
  readonly time: number | null;
  /** At least one, and never the time. */
  readonly channels: readonly number[];
}

function layoutOf(line: string, options: RecordingOptions): Layout | RecordingRefusal {
  const header = splitCells(line, recordingColumnsMax);
  if (header === null) return refuse(1, brokenQuotes);
  if (header.length > recordingColumnsMax) {
    return refuse(1, `expected at most ${recordingColumnsMax} columns`);
  }
  const twice = firstRepeated(header.filter((name) => name !== ""));
  if (twice !== null) return refuse(1, `two columns are called ${quote(twice)}`);
  const asked = options.channels ?? null;
  const askedTwice = firstRepeated(asked ?? []);
  if (askedTwice !== null) return refuse(1, `channel ${quote(askedTwice)} is asked for twice`);
  const missing = firstMissing(header, asked ?? [], options.time);
  if (missing !== null) {
    return refuse(1, `no column is called ${quote(missing)}; there are ${listed(header)}`);
  }
  const time = timeOf(header, options);
  const names = asked ?? header.filter((_, index) => index !== time);
  const channels = names.map((name) => header.indexOf(name));
  if (names.includes("")) {
    return refuse(1, `column ${header.indexOf("") + 1} has no name, expected one`);
  }
  if (channels.length === 0) return refuse(1, "expected at least one channel beside the time");
  if (time !== null && channels.includes(time)) {
    return refuse(1, `column ${quote(header[time] ?? "")} cannot be both the time and a channel`);
  }
  return { ok: true, header, time, channels };
}

/** The column of the time: the one that was asked for, or one whose name says so. */
function timeOf(header: readonly string[], options: RecordingOptions): number | null {
  if (options.time !== undefined) return header.indexOf(options.time);
  const isTime = (name: string) => timeColumns.includes(name) && !options.channels?.includes(name);
  const index = header.findIndex(isTime);
  return index === -1 ? null : index;
}

function readRows(body: readonly string[], layout: Layout): RecordingParse {
  const rows: RecordingRow[] = [];
  let lastTimeS = Number.NEGATIVE_INFINITY;
  for (const [index, text] of body.entries()) {
    const row = readRow(text, index, layout);
    if (!row.ok) return refuse(index + 2, row.reason);
    if (row.timeS < lastTimeS) {
      return refuse(index + 2, `time goes back from ${lastTimeS} to ${row.timeS}`);
    }
    lastTimeS = row.timeS;
    rows.push({ timeS: row.timeS, values: row.values });
  }
  const channels = layout.channels.map((column) => layout.header[column] ?? "");
  return { ok: true, recording: { channels, rows } };
}

type RowParse = (RecordingRow & { readonly ok: true }) | { readonly ok: false; reason: string };

function readRow(text: string, index: number, layout: Layout): RowParse {
  const { header, time } = layout;
  const cells = splitCells(text, header.length);
  if (cells === null) return { ok: false, reason: brokenQuotes };
  if (cells.length !== header.length) {
    const found = cells.length > header.length ? "more" : `${cells.length}`;
    return { ok: false, reason: `expected ${header.length} cells, found ${found}` };
  }
  const timeS = time === null ? index : readNumber(cells[time] ?? "");
  if (timeS === null || timeS === "no number") {
    const found = quote(cells[time ?? 0] ?? "");
    return {
      ok: false,
      reason: `${quote(header[time ?? 0] ?? "")}: ${found} is no time in seconds`,
    };
  }
  const values: (number | null)[] = [];
  for (const column of layout.channels) {
    const value = readNumber(cells[column] ?? "");
    if (value === "no number") {
      const found = quote(cells[column] ?? "");
      return { ok: false, reason: `${quote(header[column] ?? "")}: ${found} is no number` };
    }
    values.push(value);
  }
  return { ok: true, timeS, values };
}

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Null for an empty cell. */
function readNumber(cell: string): number | null | "no number" {
  if (cell === "") return null;
  const value = decimal.test(cell) ? Number(cell) : Number.NaN;
  return Number.isFinite(value) ? value : "no number";
}

function firstRepeated(names: readonly string[]): string | null {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) return name;
    seen.add(name);
  }
  return null;
}

function firstMissing(
  header: readonly string[],
  channels: readonly string[],
  time: string | undefined,
): string | null {
  const wanted = time === undefined ? channels : [...channels, time];
  return wanted.find((name) => !header.includes(name)) ?? null;
}

const brokenQuotes = "a quoted cell does not end where it should";

/** More names than this would hide the sentence around them. */
const namesListedMax = 20;

function listed(names: readonly string[]): string {
  const shown = names.slice(0, namesListedMax).map(quote).join(", ");
  return names.length > namesListedMax
    ? `${shown} and ${names.length - namesListedMax} more`
    : shown;
}

function quote(text: string): string {
  return JSON.stringify(text.length > quotedTextMax ? `${text.slice(0, quotedTextMax)}...` : text);
}

const refuse = (line: number, reason: string): RecordingRefusal => ({ ok: false, line, reason });
