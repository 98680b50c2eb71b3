/** The short sequences of operations of which the store's work is made. */
import type { DiskFailure, FileName } from "../disk.js";
import type { DiskTask } from "./lanes.js";
import type { ComposedFrame } from "./log-tail.js";
import { begunName, segmentName } from "./names.js";
import type { Scrub } from "./recovery.js";

/** Why it did not work; null when it did. */
export type Outcome = DiskFailure | null;

export function* writeFrame({ file, offset, bytes }: ComposedFrame): DiskTask<Outcome> {
  const result = yield { kind: "write", file, offset, bytes, synced: true };
  return result.ok ? null : result.reason;
}

/** Nothing of it is told before it is on the disk that there is a log. */
export function* writeFirstFrame(frame: ComposedFrame): DiskTask<Outcome> {
  const failure = yield* writeFrame(frame);
  if (failure !== null) return failure;
  const made = yield { kind: "create", file: begunName, bytes: 0 };
  if (!made.ok) return made.reason;
  const synced = yield { kind: "sync", file: begunName };
  if (!synced.ok) return synced.reason;
  const listed = yield { kind: "sync-folder" };
  return listed.ok ? null : listed.reason;
}

/** Zeroes over what a write has left behind that did not come to its end. */
export function* scrub({ sequence, from, to }: Scrub): DiskTask<Outcome> {
  const bytes = new Uint8Array(to - from);
  const file = segmentName(sequence);
  const result = yield { kind: "write", file, offset: from, bytes, synced: true };
  return result.ok ? null : result.reason;
}

/** It is there for good before the first frame is written into it. */
export function* makeSegment(sequence: number, bytes: number): DiskTask<Outcome> {
  const file = segmentName(sequence);
  const made = yield { kind: "create", file, bytes };
  if (!made.ok) return made.reason;
  const synced = yield { kind: "sync", file };
  if (!synced.ok) return synced.reason;
  const listed = yield { kind: "sync-folder" };
  return listed.ok ? null : listed.reason;
}

/** In order, so that what is older is gone first. */
export function* removeFiles(files: readonly FileName[]): DiskTask<Outcome> {
  for (const file of files) {
    const removed = yield { kind: "remove", file };
    if (!removed.ok) return removed.reason;
  }
  const synced = yield { kind: "sync-folder" };
  return synced.ok ? null : synced.reason;
}
