/**
 * What waits for the disk, in order. While one write is out everything that comes is gathered here,
 * and the next write takes as much of it as a group may have: the slower the disk, the bigger the
 * groups.
 */
import { assert } from "../../kernel/assert.js";
import type { FileName } from "../disk.js";
import { entriesBytesBound, type LogItem, metaBytesMax, type SnapshotMark } from "./items.js";
import { snapshotName } from "./names.js";
import type { LogEntry } from "./ports.js";

export type Waiting =
  | {
      readonly kind: "save";
      readonly ticket: number;
      readonly bytes: number;
      readonly meta: Uint8Array | null;
      readonly entries: readonly LogEntry[];
    }
  /** A snapshot of our own is in its file. */
  | {
      readonly kind: "mark";
      readonly ticket: number;
      readonly bytes: number;
      readonly mark: SnapshotMark;
    }
  /** `mark` is null while the file is being written: until then all behind it waits. */
  | {
      readonly kind: "install";
      readonly ticket: number;
      readonly bytes: number;
      readonly meta: Uint8Array | null;
      readonly index: number;
      readonly effect: "drop-covered" | "drop-all";
      mark: SnapshotMark | null;
    };

export const markBytesBound = 64;

export const saveBytesBound = (meta: Uint8Array | null, entries: readonly LogEntry[]): number =>
  entriesBytesBound(entries) + (meta === null ? 0 : meta.length + 16);

export const installBytesBound = metaBytesMax + markBytesBound;

export class SaveQueue {
  #waiting: Waiting[] = [];
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  push(waiting: Waiting): void {
    this.#waiting.push(waiting);
    this.#bytes += waiting.bytes;
  }

  /** Whether the next group has anything in it. */
  get isReady(): boolean {
    const [first] = this.#waiting;
    return first !== undefined && isReady(first);
  }

  has(waiting: Waiting): boolean {
    return this.#waiting.includes(waiting);
  }

  /** The index of the newest snapshot in it; 0 for none. */
  get markedIndex(): number {
    return markedIn(this.#waiting);
  }

  /** The beginning of what waits: one at least, more while they fit. */
  first(groupBytesMax: number): readonly Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const waiting of this.#waiting) {
      bytes += waiting.bytes;
      if (!isReady(waiting) || (count > 0 && bytes > groupBytesMax)) break;
      count += 1;
    }
    assert(count > 0, "nothing of what waits is ready");
    return this.#waiting.slice(0, count);
  }

  /** Takes the first of them out, which were asked for before. */
  drop(first: readonly Waiting[]): void {
    this.#waiting.splice(0, first.length);
    for (const waiting of first) this.#bytes -= waiting.bytes;
  }

  /** The oldest first. */
  clear(): readonly Waiting[] {
    const all = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    return all;
  }
}

const isReady = (waiting: Waiting): boolean => waiting.kind !== "install" || waiting.mark !== null;

export function markedIn(waiting: readonly Waiting[]): number {
  let index = 0;
  for (const one of waiting) {
    if (one.kind === "mark") index = Math.max(index, one.mark.index);
    if (one.kind === "install") index = Math.max(index, one.index);
  }
  return index;
}

/** The files of the snapshots that these would have made to count. */
export function filesOf(waiting: readonly Waiting[]): readonly FileName[] {
  return waiting.flatMap((one) =>
    one.kind === "save" || one.mark === null ? [] : [snapshotName(one.mark.number)],
  );
}

/** As it stands in the frame. */
export function itemsOf(waiting: Waiting): readonly LogItem[] {
  if (waiting.kind === "mark") return [{ kind: "mark", mark: waiting.mark, effect: "none" }];
  const items: LogItem[] = waiting.meta === null ? [] : [{ kind: "meta", meta: waiting.meta }];
  if (waiting.kind === "save") {
    if (waiting.entries.length > 0) items.push({ kind: "entries", entries: waiting.entries });
    return items;
  }
  assert(waiting.mark !== null, "a snapshot without its file does not go into the log");
  items.push({ kind: "mark", mark: waiting.mark, effect: waiting.effect });
  return items;
}
