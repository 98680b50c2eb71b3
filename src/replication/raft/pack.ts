/**
 * The entries of one append as one byte string: a message of sixty entries is then one item on the
 * wire and not a hundred and eighty, which is what its encoding and its check cost.
 *
 *     of each entry: how much its term is above that of the one before, its kind, the length of its
 *     data, its data. Its index follows from its place.
 */
import type { LogEntry } from "../../recovery/log/ports.js";
import { ByteReader } from "../../wire/byte-reader.js";
import { ByteWriter } from "../../wire/byte-writer.js";
import { numberMax, readNumber } from "./fields.js";

const writer = new ByteWriter(256);

const empty = new Uint8Array(0);

export function packEntries(entries: readonly LogEntry[], previousTerm: number): Uint8Array {
  if (entries.length === 0) return empty;
  writer.clear();
  let term = previousTerm;
  for (const entry of entries) {
    writer.integer(entry.term - term);
    writer.byte(entry.kind);
    writer.bytes(entry.data);
    term = entry.term;
  }
  return writer.take();
}

/** The data are views of the packed bytes. Null where they are not what `packEntries` makes. */
export function unpackEntries(
  packed: Uint8Array,
  previousIndex: number,
  previousTerm: number,
): readonly LogEntry[] | null {
  const reader = new ByteReader(packed);
  const entries: LogEntry[] = [];
  let term = previousTerm;
  let index = previousIndex;
  while (!reader.ended) {
    term += readNumber(reader);
    index += 1;
    const kind = reader.byte();
    const data = reader.bytes(numberMax);
    if (reader.failed || term > numberMax || index > numberMax) return null;
    entries.push({ index, term, kind, data });
  }
  return entries;
}

/** What an entry takes in a pack, in bytes. */
export function packedBytes(entry: LogEntry, previousTerm: number): number {
  const length = entry.data.length;
  return numberBytes(entry.term - previousTerm) + 1 + numberBytes(length) + length;
}

function numberBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes += 1;
  return bytes;
}
