/**
 * Reads what is on the disk and decides what it means. Nothing is changed here: what has to be
 * mended is handed on, and is mended before the first write.
 *
 * What is read counts as kept from now on, and perhaps it is in memory only: a program that died
 * had not synced it, or its sync has failed, and the kernel shows what it could not write and will
 * not try again (Rebello et al. 2020). Of frames only the last can be so, for after a failure there
 * is no next. So that one is written once more, as it is, before anything is told.
 */
import { assert } from "../../kernel/assert.js";
import type { DiskFailure, FileName } from "../disk.js";
import { isPassing } from "./faults.js";
import type { SnapshotMark } from "./items.js";
import type { DiskTask } from "./lanes.js";
import { type FolderFacts, type NumberedFile, readFolder } from "./names.js";
import type { LogOutput, LogRepair, RecoveredLog, Snapshot } from "./ports.js";
import { readFile } from "./read-file.js";
import { Replay } from "./replay.js";
import { type SegmentScan, scanSegment, type Tail } from "./scan.js";
import { readSnapshot } from "./snapshot-file.js";

/** The longest segment that is read, in bytes: of 16 MiB, grown by the longest frame. */
export const segmentReadBytesMax = 24 * 1_024 * 1_024;

export interface KeptSegment {
  readonly sequence: number;
  /** The greatest index in it that may be needed; 0 for none. */
  lastIndex: number;
}

/** A part of a file that has to be zero again before anything is written. */
export interface Scrub {
  readonly sequence: number;
  readonly from: number;
  readonly to: number;
}

export interface RecoveredState {
  /** Those with frames, in order; the last is written to. Empty for a log that begins. */
  readonly segments: readonly KeptSegment[];
  /** Of the last segment: where the next frame goes. */
  readonly end: number;
  readonly crc: number;
  readonly mark: SnapshotMark | null;
  /** One past the last entry. */
  readonly next: number;
  /** A segment of zeroes that is ready behind the last; null for none. */
  readonly prepared: number | null;
  readonly scrub: Scrub | null;
  /** It is on the disk that a log has begun. */
  readonly hasBegun: boolean;
  /** Files that are of no use any more. */
  readonly stale: readonly FileName[];
  /** The next number of a segment, and of a snapshot. */
  readonly nextSequence: number;
  readonly nextSnapshot: number;
}

export type Refused = LogOutput & { readonly kind: "refused" };

export type RecoveryEnd =
  | { readonly kind: "recovered"; readonly log: RecoveredLog; readonly state: RecoveredState }
  | Refused;

export interface RecoveryOptions {
  readonly firstSequence: number;
  readonly segmentBytes: number;
}

export function* recover(options: RecoveryOptions): DiskTask<RecoveryEnd> {
  const listed = yield { kind: "list" };
  if (!listed.ok) return unreadable("the folder", listed.reason);
  const folder = readFolder(listed.files ?? []);
  const reading = new SegmentsReading(options, folder);
  for (const file of reading.run) {
    const refused = yield* reading.read(file);
    if (refused !== null) return refused;
  }
  const refused = reading.refuse();
  if (refused !== null) return refused;
  const snapshot = yield* recoverSnapshot(reading.replay, folder);
  if (snapshot !== null && "kind" in snapshot) return snapshot;
  const unsynced = yield* syncKept(reading.newest, reading.spare);
  return unsynced ?? reading.result(snapshot);
}

function* recoverSnapshot(
  { mark, first, next }: Replay,
  folder: FolderFacts,
): DiskTask<Snapshot | null | Refused> {
  if (mark === null) return first === 1 ? null : lost("the log", 1, first - 1, "its beginning");
  const file = folder.snapshots.find(({ number }) => number === mark.number);
  const name = file?.file ?? `snapshot ${mark.number}`;
  if (file === undefined) return lost(name, 1, mark.index, "the snapshot of the log is not there");
  const read = yield* readSnapshot(mark, file.bytes);
  if (!read.ok) return { ...lost(name, 1, mark.index, read.detail), reason: read.reason };
  if (first > mark.index + 1) {
    return lost("the log", mark.index + 1, first - 1, "entries behind the snapshot");
  }
  return next > mark.index ? read.snapshot : lost("the log", next, mark.index, "its end");
}

function* syncKept(newest: KeptFrame | null, spare: FileName | null): DiskTask<Refused | null> {
  const failure = newest === null ? null : yield* keepFrame(newest);
  if (newest !== null && failure !== null) return notDurable(newest.file, failure);
  if (spare !== null) {
    const synced = yield { kind: "sync", file: spare };
    if (!synced.ok) return notDurable(spare, synced.reason);
  }
  const synced = yield { kind: "sync-folder" };
  return synced.ok ? null : notDurable("the folder", synced.reason);
}

/**
 * On a disk that takes no writes a sync has to do. Where nothing is left to be written it ends
 * well, read-only or not; where it does not, a kernel has given the file system up in the middle of
 * its work, and what is read may be gone with the power.
 */
function* keepFrame({ file, offset, bytes }: KeptFrame): DiskTask<DiskFailure | null> {
  const written = yield { kind: "write", file, offset, bytes, synced: true };
  if (written.ok) return null;
  if (!isPassing(written.reason)) return written.reason;
  const synced = yield { kind: "sync", file };
  return synced.ok ? null : synced.reason;
}

/** The last frame of the log, with the magic if there is no other before it. */
interface KeptFrame {
  readonly file: FileName;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

interface ReadSegment extends KeptSegment {
  readonly file: FileName;
  readonly end: number;
}

/** Reads one segment after the other, and keeps no more than one in memory. */
class SegmentsReading {
  readonly replay = new Replay();
  readonly segments: ReadSegment[] = [];
  newest: KeptFrame | null = null;
  /** Those that follow one another without a gap, up to the newest. */
  readonly run: readonly NumberedFile[];
  readonly #options: RecoveryOptions;
  readonly #folder: FolderFacts;
  readonly #repairs: LogRepair[] = [];
  readonly #stale: FileName[] = [];
  #spare: NumberedFile | null = null;
  #hasUnused = false;
  #tail: Tail = { kind: "clean" };

  constructor(options: RecoveryOptions, folder: FolderFacts) {
    this.#options = options;
    this.#folder = folder;
    this.run = folder.segments.slice(runStart(folder.segments));
  }

  get spare(): FileName | null {
    return this.#spare?.file ?? null;
  }

  *read(file: NumberedFile): DiskTask<Refused | null> {
    if (file.bytes > segmentReadBytesMax) {
      return this.#corrupt(file.file, `${file.bytes} bytes are more than any of ours`, null);
    }
    const read = yield* readFile(file.file, file.bytes);
    if (!read.ok) return unreadable(file.file, read.reason);
    const scan = scanSegment(read.bytes, file.number);
    if (scan.tail.kind === "unknown-version") {
      const detail = "the segment is of a version that this program does not know";
      return { ...this.#corrupt(file.file, detail, null), reason: "unknown-version" };
    }
    if (scan.end === 0) return this.#takeUnused(file, scan);
    const offset = scan.frames.length === 1 ? 0 : (scan.frames.at(-1)?.offset ?? 0);
    this.newest = { file: file.file, offset, bytes: read.bytes.slice(offset, scan.end) };
    return this.#takeUsed(file, scan);
  }

  /**
   * Made in advance, or its first write was torn. There is one at most: the next is made when it is
   * in use.
   */
  #takeUnused(file: NumberedFile, { tail }: SegmentScan): Refused | null {
    if (tail.kind === "rotten") return this.#rotten(file.file, tail);
    if (this.#hasUnused)
      return this.#corrupt(file.file, "the segment before it has no records", null);
    this.#hasUnused = true;
    if (tail.kind !== "clean") {
      this.#repair(tail.kind === "zeroed" ? "zeroed-tail" : "torn-tail", file);
    }
    const isSpare = tail.kind === "clean" && file.bytes === this.#options.segmentBytes;
    if (isSpare && this.#spare === null) this.#spare = file;
    else this.#stale.push(file.file);
    if (!isSpare && tail.kind === "clean") this.#repair("unfinished-file", file);
    return null;
  }

  #takeUsed(file: NumberedFile, scan: SegmentScan): Refused | null {
    const before = this.segments.at(-1);
    if (this.#hasUnused || this.#tail.kind !== "clean") {
      const next = firstIndexOf(scan);
      return this.#corrupt(file.file, "what should stand before it is not there", next);
    }
    this.replay.beginSegment();
    for (const frame of scan.frames) {
      const isFirst = frame === scan.frames[0];
      const misfit =
        isFirst === (frame.items[0]?.kind === "head")
          ? this.replay.take(frame, before?.end ?? null)
          : "a segment does not begin with its head";
      if (misfit !== null) return this.#corrupt(file.file, misfit, null);
    }
    if (scan.tail.kind === "rotten") return this.#rotten(file.file, scan.tail);
    this.#tail = scan.tail;
    const { lastIndex } = this.replay;
    this.segments.push({ sequence: file.number, file: file.file, end: scan.end, lastIndex });
    return null;
  }

  /** What all of them together say. */
  refuse(): Refused | null {
    const { segments, hasBegun } = this.#folder;
    if (this.segments.length > 0) return null;
    // Another's snapshot may have come first: of one that no record names nothing was told.
    const isNew = segments.length === this.run.length && !hasBegun;
    return isNew ? null : lost("the log", null, null, "it was begun, and no record of it is there");
  }

  result(snapshot: Snapshot | null): RecoveryEnd {
    const { replay } = this;
    const last = this.segments.at(-1);
    const scrub = this.#scrubOf(last);
    this.#findStale(replay.mark);
    const { meta, entries, mark, next, crc } = replay;
    const log = { meta, snapshot, entries, repairs: this.#repairs };
    const newest = this.run.at(-1)?.number;
    const state = {
      segments: this.segments.map(({ sequence, lastIndex }) => ({ sequence, lastIndex })),
      end: last?.end ?? 0,
      crc,
      mark,
      next,
      prepared: this.#spare?.number ?? null,
      scrub,
      hasBegun: this.#folder.hasBegun,
      stale: this.#stale,
      nextSequence:
        this.#spare === null ? nextOf(last, newest, this.#options) : this.#spare.number + 1,
      nextSnapshot: (this.#folder.snapshots.at(-1)?.number ?? 0) + 1,
    };
    return { kind: "recovered", log, state };
  }

  #scrubOf(last: ReadSegment | undefined): Scrub | null {
    const tail = this.#tail;
    if (last === undefined || (tail.kind !== "torn" && tail.kind !== "zeroed")) return null;
    const what = tail.kind === "torn" ? "torn-tail" : "zeroed-tail";
    this.#repairs.push({ what, file: last.file, bytes: tail.to - last.end });
    return { sequence: last.sequence, from: last.end, to: tail.to };
  }

  /** Whatever the log does not name, from oldest to newest. */
  #findStale(mark: SnapshotMark | null): void {
    const { segments, snapshots, unfinished } = this.#folder;
    for (const file of segments) {
      if (file.number >= (this.run[0]?.number ?? 0)) continue;
      this.#stale.push(file.file);
      this.#repair("old-segment", file);
    }
    for (const file of snapshots) {
      if (file.number === mark?.number) continue;
      this.#stale.push(file.file);
      if (file.number > (mark?.number ?? 0)) this.#repair("unfinished-file", file);
    }
    if (unfinished === null) return;
    this.#stale.push(unfinished.file);
    this.#repair("unfinished-file", { ...unfinished, number: 0 });
  }

  #repair(what: LogRepair["what"], { file, bytes }: NumberedFile): void {
    this.#repairs.push({ what, file, bytes });
  }

  #rotten(file: FileName, tail: Tail): Refused {
    assert(tail.kind === "rotten", "asked for what is rotten of another tail");
    const next = tail.later === null ? null : firstIndexIn(tail.later.items);
    return this.#corrupt(file, tail.detail, next);
  }

  /** @param next the first index that is there again, if one is */
  #corrupt(file: FileName, detail: string, next: number | null): Refused {
    const from = this.replay.next;
    return lost(file, from, next !== null && next > from ? next - 1 : null, detail);
  }
}

/** A spare is written to next; without one the next has a number that no file has. */
function nextOf(
  last: ReadSegment | undefined,
  newest: number | undefined,
  { firstSequence }: RecoveryOptions,
): number {
  // A file that is removed first may have the number: what is made then takes its place.
  return last === undefined ? Math.max(firstSequence, (newest ?? 0) + 1) : last.sequence + 1;
}

function runStart(files: readonly NumberedFile[]): number {
  let start = Math.max(0, files.length - 1);
  while (start > 0 && files[start - 1]?.number === (files[start] as NumberedFile).number - 1) {
    start -= 1;
  }
  return start;
}

function firstIndexOf(scan: SegmentScan): number | null {
  for (const { items } of scan.frames) {
    const index = firstIndexIn(items);
    if (index !== null) return index;
  }
  return null;
}

function firstIndexIn(items: ScanItems): number | null {
  for (const item of items) {
    if (item.kind === "head") return item.next;
    if (item.kind === "entries") return item.entries[0]?.index ?? null;
  }
  return null;
}

type ScanItems = SegmentScan["frames"][number]["items"];

function lost(file: string, from: number | null, to: number | null, detail: string): Refused {
  return { kind: "refused", reason: "corrupt", file, lostFrom: from, lostTo: to, detail };
}

const unreadable = (file: string, reason: DiskFailure): Refused =>
  refusedAsUnreadable(file, `the disk does not give it: ${reason}`);

const notDurable = (file: string, reason: DiskFailure): Refused =>
  refusedAsUnreadable(file, `what is read cannot be made durable: ${reason}`);

function refusedAsUnreadable(file: string, detail: string): Refused {
  return { kind: "refused", reason: "unreadable", file, lostFrom: null, lostTo: null, detail };
}
