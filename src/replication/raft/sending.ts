/**
 * When a leader sends what to one follower.
 *
 * Entries are gathered while others are on their way: with nothing in flight they go at once, with
 * something in flight only when a message is full (Nagle's rule, RFC 896). One client so gets the
 * shortest way, and a hundred share messages, and with them the syncs of the follower's disk.
 */
import type { LogEntry } from "../../recovery/log/ports.js";
import { packedBytes } from "./pack.js";
import type { Progress } from "./progress.js";
import type { RaftState } from "./state.js";

/** What an append takes beside its entries, in bytes, at most. */
const appendOverhead = 64;

/** Sends what may be sent now. @param round the newest round of the leader */
export function fill(state: RaftState, progress: Progress, round: number): void {
  const { log } = state;
  if (progress.kind === "snapshot") return;
  if (progress.next <= log.base) {
    progress.snapshot();
    return;
  }
  if (progress.kind === "probe") {
    if (!progress.waits) probe(state, progress, round);
    return;
  }
  while (progress.next <= log.last && hasRoom(state, progress)) {
    const batch = nextBatch(state, progress.next);
    if (progress.inFlight > 0 && !batch.full) return;
    sendAppend(state, progress, batch.entries, round);
    progress.sent(progress.next + batch.entries.length - 1, batch.bytes);
  }
}

/** Without entries: it tells the commit index, and finds out whether anything sent was lost. */
export function beat(state: RaftState, progress: Progress, round: number): void {
  if (progress.kind === "probe" && progress.next > state.log.base) {
    probe(state, progress, round);
    return;
  }
  const previous = progress.kind === "snapshot" ? progress.matched : progress.next - 1;
  const previousTerm = state.log.termAt(previous);
  // What it has is compacted here: whatever is sent to it now is a snapshot.
  if (previousTerm === null) sendAt(state, progress, 0, 0, [], round);
  else sendAt(state, progress, previous, previousTerm, [], round);
}

function probe(state: RaftState, progress: Progress, round: number): void {
  const batch = nextBatch(state, progress.next);
  sendAppend(state, progress, batch.entries, round);
  progress.waits = true;
}

function hasRoom({ limits }: RaftState, progress: Progress): boolean {
  return progress.inFlight < limits.inFlightMax && progress.bytesInFlight < limits.inFlightBytesMax;
}

interface Batch {
  readonly entries: readonly LogEntry[];
  readonly bytes: number;
  /** No further entry would have found room. */
  readonly full: boolean;
}

function nextBatch({ log, limits }: RaftState, from: number): Batch {
  const bytesMax = limits.messageBytesMax - appendOverhead;
  let to = from;
  let bytes = 0;
  let term = log.termAt(from - 1) ?? 0;
  while (to <= log.last) {
    const entry = log.entryAt(to);
    const size = packedBytes(entry, term);
    if (to > from && bytes + size > bytesMax) break;
    bytes += size;
    term = entry.term;
    to += 1;
  }
  return { entries: to > from ? log.slice(from, to - 1) : [], bytes, full: to <= log.last };
}

function sendAppend(
  state: RaftState,
  progress: Progress,
  entries: readonly LogEntry[],
  round: number,
): void {
  const previous = progress.next - 1;
  const previousTerm = state.log.termAt(previous);
  if (previousTerm !== null) sendAt(state, progress, previous, previousTerm, entries, round);
}

function sendAt(
  state: RaftState,
  progress: Progress,
  previousIndex: number,
  previousTerm: number,
  entries: readonly LogEntry[],
  round: number,
): void {
  state.send(progress.peer, {
    kind: "append",
    term: state.term,
    previousIndex,
    previousTerm,
    committed: state.log.committed,
    entries,
    round,
  });
}
