/**
 * What a machine writes until its power fails: entries whose content follows from their index, now
 * and then a snapshot, and the term of its start as meta. So that at the next start it can tell
 * whether what is there is what was written, without a second place to remember it in.
 */
import { Prng } from "../../../src/kernel/prng.js";
import type { LogEntry, RecoveredLog, Snapshot } from "../../../src/recovery/log/ports.js";

const dataBytesMax = 1_200;
const snapshotBytes = 40_000;

/** A snapshot for every so many entries. */
export const snapshotEvery = 400;

function bytesOf(name: string, length: number): Uint8Array {
  const dice = new Prng(7).split(name);
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 1) bytes[at] = dice.next();
  return bytes;
}

export function dataOf(index: number): Uint8Array {
  return bytesOf(`entry ${index}`, new Prng(index).below(dataBytesMax));
}

export const entryOf = (index: number, term: number): LogEntry => ({
  index,
  term,
  kind: index % 256,
  data: dataOf(index),
});

export const snapshotOf = (index: number, term: number): Snapshot => ({
  index,
  term,
  head: bytesOf(`head ${index}`, 12),
  data: bytesOf(`snapshot ${index}`, snapshotBytes),
});

export const metaOf = (term: number): Uint8Array => Uint8Array.of(term >> 8, term & 255);

export const termOf = (meta: Uint8Array | null): number =>
  meta === null ? 0 : (meta[0] ?? 0) * 256 + (meta[1] ?? 0);

export const lastOf = ({ entries, snapshot }: RecoveredLog): number =>
  entries.at(-1)?.index ?? snapshot?.index ?? 0;

/** What is there and was never written, or is not where it belongs. */
export function wrongWith(log: RecoveredLog): readonly string[] {
  const { entries, snapshot, meta } = log;
  const wrong: string[] = [];
  const first = entries[0]?.index ?? 1;
  if (first > (snapshot?.index ?? 0) + 1) wrong.push(`entries begin at ${first}`);
  for (const [at, entry] of entries.entries()) {
    if (entry.index !== first + at) wrong.push(`entry ${entry.index} stands at ${first + at}`);
    if (entry.term > termOf(meta)) wrong.push(`entry ${entry.index} is of a term to come`);
    if (!same(entry.data, dataOf(entry.index))) wrong.push(`entry ${entry.index} is another`);
  }
  if (snapshot === null) return wrong;
  const written = snapshotOf(snapshot.index, snapshot.term);
  if (!same(snapshot.data, written.data) || !same(snapshot.head, written.head)) {
    wrong.push(`the snapshot of ${snapshot.index} is another`);
  }
  return wrong;
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
