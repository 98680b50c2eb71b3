/** Puts the frames of a log together again, in order; what does not fit is told, not mended. */
import { assert, unreachable } from "../../kernel/assert.js";
import type { LogItem, SnapshotMark } from "./items.js";
import type { LogEntry } from "./ports.js";
import type { ScannedFrame } from "./scan.js";

export class Replay {
  #entries: LogEntry[] = [];
  #next = 1;
  #crc: number | null = null;
  #meta: Uint8Array | null = null;
  #mark: SnapshotMark | null = null;
  /** The greatest index in the frames since the last `beginSegment`. */
  #lastIndex = 0;

  get entries(): readonly LogEntry[] {
    return this.#entries;
  }

  /** One past the last entry. */
  get next(): number {
    return this.#next;
  }

  /** The first entry that is kept, or where it would be. */
  get first(): number {
    return this.#entries[0]?.index ?? this.#next;
  }

  get meta(): Uint8Array | null {
    return this.#meta;
  }

  get mark(): SnapshotMark | null {
    return this.#mark;
  }

  get lastIndex(): number {
    return this.#lastIndex;
  }

  /** Of the last frame; 0 before the first of a log. */
  get crc(): number {
    return this.#crc ?? 0;
  }

  beginSegment(): void {
    this.#lastIndex = 0;
  }

  /**
   * @param previousEnd where the segment before ends; null for the first that is kept
   * @returns what does not fit, or null; what came before stays
   */
  take(frame: ScannedFrame, previousEnd: number | null): string | null {
    if (this.#crc !== null && frame.previousCrc !== this.#crc) {
      return `the record at ${frame.offset} does not follow the one before it`;
    }
    this.#crc = frame.crc;
    for (const item of frame.items) {
      const misfit = this.#takeItem(item, previousEnd);
      if (misfit !== null) return misfit;
    }
    return null;
  }

  #takeItem(item: LogItem, previousEnd: number | null): string | null {
    switch (item.kind) {
      case "head":
        return this.#begin(item, previousEnd);
      case "meta":
        this.#meta = item.meta;
        return null;
      case "entries":
        return this.#append(item.entries);
      case "mark":
        this.#mark = item.mark;
        if (item.effect === "drop-all") this.#dropAll(item.mark.index);
        if (item.effect === "drop-covered") this.#dropTo(item.mark.index);
        return null;
      default:
        return unreachable(item);
    }
  }

  #begin(head: LogItem & { readonly kind: "head" }, previousEnd: number | null): string | null {
    if (previousEnd === null) {
      this.#next = head.next;
      return null;
    }
    if (head.previousEnd !== previousEnd) {
      return `the segment before ends at ${previousEnd}, and ended at ${head.previousEnd}`;
    }
    return head.next === this.#next ? null : `entries up to ${head.next - 1} should be there`;
  }

  #append(entries: readonly LogEntry[]): string | null {
    const [first] = entries;
    assert(first !== undefined, "no item has no entries");
    if (first.index > this.#next) return `an entry ${first.index} where ${this.#next} should be`;
    this.#entries.length = Math.max(0, first.index - this.first);
    for (const entry of entries) this.#entries.push(entry);
    this.#next = first.index + entries.length;
    this.#lastIndex = Math.max(this.#lastIndex, this.#next - 1);
    return null;
  }

  #dropAll(index: number): void {
    this.#entries = [];
    this.#next = index + 1;
    this.#lastIndex = 0;
  }

  #dropTo(index: number): void {
    this.#entries = this.#entries.filter((entry) => entry.index > index);
    this.#next = Math.max(this.#next, index + 1);
  }
}
