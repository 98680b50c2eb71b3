/**
 * The log's tail in memory. It begins after `base`, which a snapshot covers, and of which only the
 * term is still known.
 *
 *     base < ... applied <= committed ... handed ... last
 *
 * `handed` is how far entries were given out to be saved, `saved` how far they are durable. A
 * leader may commit what its own disk has not saved yet, if a majority of others has (thesis
 * 10.2.1).
 *
 * Invariant: base <= applied <= committed <= last, and saved <= handed <= last; base <= saved but
 * while a snapshot of another is being installed. What is committed is never truncated.
 */
import { assert } from "../../kernel/assert.js";
import type { LogEntry } from "../../recovery/log/ports.js";

/** What an entry costs in memory and on the wire besides its data, in bytes, about. */
export const entryOverhead = 16;

export const bytesOf = (entry: LogEntry): number => entry.data.length + entryOverhead;

/** Compacted entries are dropped from the array when they are so many, or half of it. */
const deadMax = 4_096;

export class RaftLog {
  #entries: LogEntry[] = [];
  /** Entries at the beginning of the array that are compacted already. */
  #dead = 0;
  #base: number;
  #baseTerm: number;
  #bytes = 0;
  #committed: number;
  #applied: number;
  #handed: number;
  #saved: number;

  constructor(base: number, baseTerm: number) {
    this.#base = base;
    this.#baseTerm = baseTerm;
    this.#committed = base;
    this.#applied = base;
    this.#handed = base;
    this.#saved = base;
  }

  get base(): number {
    return this.#base;
  }

  get last(): number {
    return this.#base + this.#entries.length - this.#dead;
  }

  get lastTerm(): number {
    return this.#entries.length === this.#dead
      ? this.#baseTerm
      : (this.#entries[this.#entries.length - 1] as LogEntry).term;
  }

  /** Of the entries in memory. */
  get bytes(): number {
    return this.#bytes;
  }

  get committed(): number {
    return this.#committed;
  }

  get applied(): number {
    return this.#applied;
  }

  get handed(): number {
    return this.#handed;
  }

  get saved(): number {
    return this.#saved;
  }

  /** Null where the entry is compacted, or not there yet. */
  termAt(index: number): number | null {
    if (index === this.#base) return this.#baseTerm;
    return index < this.#base || index > this.last ? null : this.entryAt(index).term;
  }

  entryAt(index: number): LogEntry {
    assert(index > this.#base && index <= this.last, "an entry that is not in the log");
    return this.#entries[index - this.#base - 1 + this.#dead] as LogEntry;
  }

  /** Whether a log that ends so is at least as up to date as ours (paper 5.4.1). */
  isUpToDate(lastIndex: number, lastTerm: number): boolean {
    return lastTerm > this.lastTerm || (lastTerm === this.lastTerm && lastIndex >= this.last);
  }

  append(entry: LogEntry): void {
    if (entry.index !== this.last + 1)
      assert(false, `entry ${entry.index} appended after ${this.last}`);
    assert(entry.term >= this.lastTerm, "terms go back along the log");
    this.#entries.push(entry);
    this.#bytes += bytesOf(entry);
  }

  /** Entries from `index` on conflict with the leader's, and go. */
  truncate(index: number): void {
    assert(index > this.#committed, `truncated at ${index}, committed up to ${this.#committed}`);
    while (this.last >= index) this.#bytes -= bytesOf(this.#entries.pop() as LogEntry);
    this.#handed = Math.min(this.#handed, index - 1);
    this.#saved = Math.min(this.#saved, index - 1);
  }

  /** Entries from `from` to `to`, both included. */
  slice(from: number, to: number): LogEntry[] {
    assert(from > this.#base && to <= this.last, "a slice that is not in the log");
    const start = from - this.#base - 1 + this.#dead;
    return this.#entries.slice(start, start + to - from + 1);
  }

  commit(index: number): void {
    if (index < this.#committed || index > this.last) assert(false, `committed up to ${index}`);
    this.#committed = index;
  }

  markApplied(): void {
    this.#applied = this.#committed;
  }

  markHanded(index: number): void {
    assert(index >= this.#base && index <= this.last, "handed out more than there is");
    this.#handed = index;
  }

  markSaved(index: number): void {
    assert(index <= this.#handed, "saved what was not given out");
    this.#saved = Math.max(this.#saved, index);
  }

  /** What was handed out and is not saved will not be: it must be handed out again. */
  takeBack(): void {
    this.#handed = this.#saved;
  }

  /** Drops entries up to `index`, which a durable snapshot covers. */
  compact(index: number): void {
    if (index <= this.#base) return;
    assert(index <= this.#applied && index <= this.#saved, "compacted what is still needed");
    const term = this.entryAt(index).term;
    for (let at = this.#base + 1; at <= index; at += 1) this.#bytes -= bytesOf(this.entryAt(at));
    this.#dead += index - this.#base;
    this.#base = index;
    this.#baseTerm = term;
    if (this.#dead < deadMax && this.#dead * 2 < this.#entries.length) return;
    this.#entries = this.#entries.slice(this.#dead);
    this.#dead = 0;
  }

  /** A snapshot takes the place of everything. It is not on the disk yet. */
  reset(base: number, baseTerm: number): void {
    this.#entries = [];
    this.#dead = 0;
    this.#bytes = 0;
    this.#base = base;
    this.#baseTerm = baseTerm;
    this.#committed = base;
    this.#applied = base;
    this.#handed = 0;
    this.#saved = 0;
  }

  /** Of a start: these entries are on the disk already. */
  recover(entries: readonly LogEntry[]): void {
    for (const entry of entries) this.append(entry);
    this.#handed = this.last;
    this.#saved = this.last;
  }
}
