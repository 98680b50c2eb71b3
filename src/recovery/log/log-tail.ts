/**
 * The end of the log: where the next frame goes and what it looks like there, and what is durable
 * so far. A frame is composed first and counts only when it is committed; one that could not be
 * written has changed nothing.
 */
import { assert, unreachable } from "../../kernel/assert.js";
import type { FileName } from "../disk.js";
import { ArrayWriter, numberBytesMax } from "./array-writer.js";
import { frameBytesFor, frameBytesMax, frameHeaderBytes, sealFrame } from "./frame.js";
import { type LogItem, metaBytesMax, type SnapshotMark, writeItem } from "./items.js";
import { segmentName } from "./names.js";
import type { RecoveredLog } from "./ports.js";
import type { KeptSegment, RecoveredState, Scrub } from "./recovery.js";
import { itemsOf, type Waiting } from "./save-queue.js";
import { magicBytes, writeMagic } from "./segment.js";
import { TermRuns } from "./term-runs.js";

/** What a segment repeats at its beginning, at most, in bytes. */
const headBytesBound = metaBytesMax + 8 * numberBytesMax + 16;

/** The longest save, in bytes as `saveBytesBound` counts: it goes into one frame. */
export const saveBytesMax = frameBytesMax - frameBytesFor(headBytesBound) - magicBytes;

export interface ComposedFrame {
  readonly group: readonly Waiting[];
  readonly file: FileName;
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly sequence: number;
  readonly crc: number;
  readonly beginsSegment: boolean;
  /** It is not on the disk yet that a log has begun. */
  readonly beginsLog: boolean;
}

export class LogTail {
  readonly #segmentBytes: number;
  readonly #segments: KeptSegment[];
  #end: number;
  #crc: number;
  #prepared: number | null;
  #nextSequence: number;
  #meta: Uint8Array | null;
  #mark: SnapshotMark | null;
  /** Not by the records alone: the power may have failed between the first and that. */
  #hasBegun: boolean;
  readonly #terms: TermRuns;

  constructor(segmentBytes: number, log: RecoveredLog, state: RecoveredState) {
    this.#segmentBytes = segmentBytes;
    this.#segments = [...state.segments];
    this.#end = state.end;
    this.#crc = state.crc;
    this.#prepared = state.prepared;
    this.#nextSequence = state.nextSequence;
    this.#meta = log.meta;
    this.#mark = state.mark;
    this.#hasBegun = state.hasBegun;
    const first = log.entries[0];
    this.#terms = new TermRuns(first === undefined ? state.next - 1 : first.index - 1);
    this.#terms.append(log.entries);
  }

  get mark(): SnapshotMark | null {
    return this.#mark;
  }

  /** A copy: of what is durable. */
  terms(): TermRuns {
    return this.#terms.copy();
  }

  /** The number of the segment that has to be made now; null when one is ready. */
  get wanted(): number | null {
    return this.#prepared === null ? this.#nextSequence : null;
  }

  prepared(sequence: number): void {
    assert(sequence === this.wanted, "a segment that nobody waits for");
    this.#prepared = sequence;
    this.#nextSequence = sequence + 1;
  }

  /** Null when it does not fit where we are, and no segment is ready. */
  compose(group: readonly Waiting[]): ComposedFrame | null {
    const items = group.flatMap(itemsOf);
    let bound = 0;
    for (const { bytes } of group) bound += bytes;
    const current = this.#segments.at(-1);
    if (current !== undefined && this.#end + frameBytesFor(bound) <= this.#segmentBytes) {
      return this.#seal(group, items, bound, current.sequence, false);
    }
    if (this.#prepared === null) return null;
    return this.#seal(
      group,
      [...this.#head(), ...items],
      bound + headBytesBound,
      this.#prepared,
      true,
    );
  }

  #head(): readonly LogItem[] {
    const items: LogItem[] = [{ kind: "head", previousEnd: this.#end, next: this.#terms.last + 1 }];
    if (this.#meta !== null) items.push({ kind: "meta", meta: this.#meta });
    if (this.#mark !== null) items.push({ kind: "mark", mark: this.#mark, effect: "none" });
    return items;
  }

  #seal(
    group: readonly Waiting[],
    items: readonly LogItem[],
    bound: number,
    sequence: number,
    beginsSegment: boolean,
  ): ComposedFrame {
    const lead = beginsSegment ? magicBytes : 0;
    const memory = new Uint8Array(lead + frameBytesFor(bound));
    if (beginsSegment) writeMagic(memory);
    const writer = new ArrayWriter(memory, lead + frameHeaderBytes);
    for (const item of items) writeItem(writer, item);
    const end = lead + frameBytesFor(writer.at - lead - frameHeaderBytes);
    const offset = beginsSegment ? 0 : this.#end;
    const place = { sequence, offset: offset + lead };
    const crc = sealFrame(memory.subarray(lead, end), place, this.#crc);
    const bytes = memory.subarray(0, end);
    const beginsLog = !this.#hasBegun;
    const file = segmentName(sequence);
    return { group, file, offset, bytes, sequence, crc, beginsSegment, beginsLog };
  }

  commit(frame: ComposedFrame): void {
    if (frame.beginsSegment) {
      assert(frame.sequence === this.#prepared, "a segment that was not prepared");
      this.#segments.push({ sequence: frame.sequence, lastIndex: 0 });
      this.#prepared = null;
    }
    this.#end = frame.offset + frame.bytes.length;
    this.#crc = frame.crc;
    this.#hasBegun = true;
    for (const waiting of frame.group) this.#commit(waiting);
  }

  #commit(waiting: Waiting): void {
    const current = this.#segments.at(-1) as KeptSegment;
    switch (waiting.kind) {
      case "save":
        this.#meta = waiting.meta ?? this.#meta;
        applyTo(this.#terms, waiting);
        if (waiting.entries.length > 0) {
          current.lastIndex = Math.max(current.lastIndex, this.#terms.last);
        }
        return;
      case "mark":
        this.#mark = waiting.mark;
        return;
      case "install":
        this.#meta = waiting.meta ?? this.#meta;
        this.#mark = waiting.mark;
        applyTo(this.#terms, waiting);
        if (waiting.effect === "drop-all") for (const kept of this.#segments) kept.lastIndex = 0;
        return;
      default:
        unreachable(waiting);
    }
  }

  /** What a frame that was not written may have left behind. */
  scrubOf(frame: ComposedFrame): Scrub {
    const { sequence, offset, bytes } = frame;
    return { sequence, from: offset, to: offset + bytes.length };
  }

  /** Takes out the segments, the oldest first, that hold nothing behind `index`. */
  removable(index: number): readonly FileName[] {
    const names: FileName[] = [];
    while (this.#segments.length > 1 && (this.#segments[0] as KeptSegment).lastIndex <= index) {
      const { sequence } = this.#segments.shift() as KeptSegment;
      names.push(segmentName(sequence));
    }
    return names;
  }
}

/** What a save does to the log, durable or not. */
export function applyTo(terms: TermRuns, waiting: Waiting): void {
  switch (waiting.kind) {
    case "save":
      terms.append(waiting.entries);
      break;
    case "mark":
      break;
    case "install":
      if (waiting.effect === "drop-all") terms.clear(waiting.index);
      else terms.dropTo(waiting.index);
      break;
    default:
      unreachable(waiting);
  }
}
