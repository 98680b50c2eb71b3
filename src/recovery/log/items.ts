/**
 * What stands in a frame: items one behind the other, each behind a tag.
 *
 *     1 head     format's own: where the segment before ended, and the next index
 *     2 meta     length, bytes
 *     3 entries  first index, term, count, then for each: kind, length, data
 *     4 mark     of the snapshot that counts from here on: its number, index, term, CRC, effect
 *     0          the end; only zeroes follow
 *
 * Entries of one term without gaps share one item, so an entry costs two or three bytes beside its
 * data. All numbers but kinds are of variable length.
 */
import { assert, unreachable } from "../../kernel/assert.js";
import { ByteReader } from "../../wire/byte-reader.js";
import { type ArrayWriter, numberBytesMax } from "./array-writer.js";
import { readBlock, readNumber } from "./fields.js";
import { entryBytesMax, type LogEntry } from "./ports.js";

/** The longest meta, in bytes: it is repeated at the head of each segment. */
export const metaBytesMax = 4 * 1_024;

/** Which snapshot counts: a file is nothing before a frame of the log says so. */
export interface SnapshotMark {
  /** In the name of the file; counts up. */
  readonly number: number;
  readonly index: number;
  readonly term: number;
  /** Of the file: another of the same number is not taken for it. */
  readonly crc: number;
}

/** What the mark does to the log: nothing, or it drops what is covered, or all of it. */
export type MarkEffect = "none" | "drop-covered" | "drop-all";

export type LogItem =
  | {
      readonly kind: "head";
      /** Where the frames of the segment before end; 0 for the first of a log. */
      readonly previousEnd: number;
      /** One past the last entry of the log. */
      readonly next: number;
    }
  | { readonly kind: "meta"; readonly meta: Uint8Array }
  | { readonly kind: "entries"; readonly entries: readonly LogEntry[] }
  | { readonly kind: "mark"; readonly mark: SnapshotMark; readonly effect: MarkEffect };

const tags = { end: 0, head: 1, meta: 2, entries: 3, mark: 4 } as const;

const effects: readonly MarkEffect[] = ["none", "drop-covered", "drop-all"];

/** Of a length up to `entryBytesMax`, as it is written. */
const lengthBytesMax = 3;

/** How long they get at most, in bytes: each change of the term costs an item. */
export function entriesBytesBound(entries: readonly LogEntry[]): number {
  let bytes = 0;
  let term = -1;
  for (const entry of entries) {
    if (entry.term !== term) bytes += 1 + 3 * numberBytesMax;
    term = entry.term;
    bytes += 1 + lengthBytesMax + entry.data.length;
  }
  return bytes;
}

export function writeItem(writer: ArrayWriter, item: LogItem): void {
  switch (item.kind) {
    case "head":
      writer.byte(tags.head);
      writer.number(item.previousEnd);
      writer.number(item.next);
      break;
    case "meta":
      writer.byte(tags.meta);
      writer.block(item.meta);
      break;
    case "entries":
      writeEntries(writer, item.entries);
      break;
    case "mark":
      writeMark(writer, item.mark, item.effect);
      break;
    default:
      unreachable(item);
  }
}

function writeEntries(writer: ArrayWriter, entries: readonly LogEntry[]): void {
  let from = 0;
  while (from < entries.length) {
    const to = runEnd(entries, from);
    writeRun(writer, entries, from, to);
    from = to;
  }
}

function runEnd(entries: readonly LogEntry[], from: number): number {
  const term = entries[from]?.term;
  let to = from + 1;
  while (entries[to]?.term === term && to < entries.length) to += 1;
  return to;
}

function writeRun(
  writer: ArrayWriter,
  entries: readonly LogEntry[],
  from: number,
  to: number,
): void {
  const first = entries[from] as LogEntry;
  writer.byte(tags.entries);
  writer.number(first.index);
  writer.number(first.term);
  writer.number(to - from);
  for (let at = from; at < to; at += 1) {
    const { kind, data } = entries[at] as LogEntry;
    writer.byte(kind);
    writer.block(data);
  }
}

function writeMark(writer: ArrayWriter, mark: SnapshotMark, effect: MarkEffect): void {
  writer.byte(tags.mark);
  for (const value of [mark.number, mark.index, mark.term, mark.crc]) writer.number(value);
  writer.byte(effects.indexOf(effect));
}

/**
 * Reads the items of a frame whose CRC is right. `null`: they make no sense all the same, so they
 * were written by another program than this.
 */
export function parseItems(bytes: Uint8Array): readonly LogItem[] | null {
  const reader = new ByteReader(bytes);
  const items: LogItem[] = [];
  while (reader.left > 0) {
    const tag = reader.byte();
    if (tag === tags.end) return isZero(bytes, reader.at) ? items : null;
    const item = parseItem(reader, tag);
    if (item === null || reader.failed) return null;
    items.push(item);
  }
  return items;
}

function parseItem(reader: ByteReader, tag: number): LogItem | null {
  switch (tag) {
    case tags.head:
      return { kind: "head", previousEnd: readNumber(reader), next: readNumber(reader) };
    case tags.meta:
      return { kind: "meta", meta: readBlock(reader, metaBytesMax) };
    case tags.entries:
      return parseEntries(reader);
    case tags.mark:
      return parseMark(reader);
    default:
      return null;
  }
}

function parseEntries(reader: ByteReader): LogItem | null {
  const first = readNumber(reader);
  const term = readNumber(reader);
  const count = readNumber(reader);
  // An entry has at least two bytes: a count beyond that is not believed.
  if (first < 1 || count < 1 || count * 2 > reader.left) return null;
  if (!Number.isSafeInteger(first + count)) return null;
  const entries: LogEntry[] = [];
  for (let at = 0; at < count; at += 1) {
    const kind = reader.byte();
    entries.push({ index: first + at, term, kind, data: readBlock(reader, entryBytesMax) });
    if (reader.failed) return null;
  }
  return { kind: "entries", entries };
}

function parseMark(reader: ByteReader): LogItem | null {
  const mark = {
    number: readNumber(reader),
    index: readNumber(reader),
    term: readNumber(reader),
    crc: readNumber(reader),
  };
  const effect = effects[reader.byte()];
  return effect === undefined ? null : { kind: "mark", mark, effect };
}

function isZero(bytes: Uint8Array, from: number): boolean {
  for (let at = from; at < bytes.length; at += 1) if (bytes[at] !== 0) return false;
  return true;
}

/** What the owner gives must be an entry: anything else is a bug of ours. */
export function assertEntry(entry: LogEntry): void {
  const { index, term, kind, data } = entry;
  if (data.length > entryBytesMax) assert(false, `an entry of ${data.length} bytes is too long`);
  if (!(index >= 1 && term >= 0)) assert(false, `no entry: index ${index}, term ${term}`);
  if (!(kind >= 0 && kind <= 255)) assert(false, `no kind of an entry: ${kind}`);
}
