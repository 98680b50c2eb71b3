/**
 * When a leader sends what to one follower.
 *
 * Entries are gathered while others are on their way: with nothing in flight they all go at once,
 * in as many messages as they need; with something in flight only those that fill a message
 * (Nagle's rule, RFC 896). One client so gets the shortest way, and a hundred share messages, and
 * with them the syncs of the follower's disk.
 *
 * Followers that are equally far get the same message, the very object: who carries it encodes and
 * seals it once.
 */

import { crc32c } from "../../codes/crc32c.js";
import { assert } from "../../kernel/assert.js";
import type { LogEntry, Snapshot } from "../../recovery/log/ports.js";
import type { AppendRequest } from "./messages.js";
import { packedBytes } from "./pack.js";
import { entryKinds } from "./ports.js";
import type { Gathered, Progress } from "./progress.js";
import { type SnapshotImage, SnapshotSender } from "./snapshot-sender.js";
import type { RaftState } from "./state.js";

/** What an append takes beside its entries, in bytes, at most. */
const appendOverhead = 64;

const nothing = new Uint8Array(0);

export class Sending {
  readonly #state: RaftState;
  /** The sum over a snapshot of megabytes is taken once. */
  #image: SnapshotImage | null = null;
  /** The appends of this step, for the next follower. */
  #made: AppendRequest[] = [];

  constructor(state: RaftState) {
    this.#state = state;
  }

  /** What was made is not sent again. */
  end(): void {
    if (this.#made.length > 0) this.#made = [];
  }

  /** Sends what may be sent now. @param round the newest round of the leader */
  fill(progress: Progress, round: number): void {
    const { log } = this.#state;
    if (progress.kind !== "snapshot" && progress.next <= log.base) this.#beginSnapshot(progress);
    switch (progress.kind) {
      case "snapshot":
        this.#sendPieces(progress, round);
        break;
      case "probe":
        if (!progress.waits) this.#probe(progress, round);
        break;
      case "replicate":
        this.#sendAhead(progress, round);
        break;
    }
  }

  /** Without entries: it tells the commit index, and finds out whether anything sent was lost. */
  beat(progress: Progress, round: number): void {
    const { log } = this.#state;
    const previous = progress.kind === "snapshot" ? progress.matched : progress.next - 1;
    // Where what it has is compacted here: all that it needs to know is that we are there.
    const known = log.termAt(previous) === null ? 0 : previous;
    this.#append(progress, known, log.termAt(known) ?? 0, known + 1, round);
  }

  /** Once a heartbeat: pieces of snapshots that got no answer go again. */
  retry(progress: Progress): void {
    const { sender } = progress;
    if (sender === null) return;
    sender.retry();
    // Nothing has come of it, and there is a newer one: only that is worth its way.
    if (sender.isFresh && sender.image.snapshot !== this.#state.snapshot) {
      this.#beginSnapshot(progress);
    }
  }

  #sendAhead(progress: Progress, round: number): void {
    const { log, limits } = this.#state;
    const isIdle = progress.inFlight === 0;
    while (progress.next <= log.last && progress.inFlight < limits.inFlightMax) {
      if (progress.bytesInFlight >= progress.window.bytes) return;
      const gathered = this.#gather(progress);
      const { to, bytes } = gathered;
      // `to` is the first that found no room, so the message is full where there is one.
      if (!isIdle && to > log.last) return;
      this.#appendFrom(progress, to, round);
      progress.sent(to - 1, bytes);
    }
  }

  #probe(progress: Progress, round: number): void {
    this.#appendFrom(progress, this.#gather(progress).to, round);
    progress.waits = true;
  }

  /**
   * What fits into the next message. While messages are on their way this is asked at each new
   * entry, so it goes on where it stopped: a leader's log only grows.
   */
  #gather(progress: Progress): Gathered {
    const { log, limits } = this.#state;
    const bytesMax = Math.min(limits.messageBytesMax, progress.window.bytes) - appendOverhead;
    const from = progress.next;
    let { gathered } = progress;
    if (gathered === null || gathered.from !== from) {
      gathered = { from, to: from, bytes: 0, term: log.termAt(from - 1) ?? 0 };
      progress.gathered = gathered;
    }
    while (gathered.to <= log.last) {
      const entry = log.entryAt(gathered.to);
      const size = packedBytes(entry, gathered.term);
      if (gathered.to > from && gathered.bytes + size > bytesMax) break;
      gathered.bytes += size;
      gathered.term = entry.term;
      gathered.to += 1;
    }
    return gathered;
  }

  /** Up to `to`, and without it. */
  #appendFrom(progress: Progress, to: number, round: number): void {
    const previous = progress.next - 1;
    const previousTerm = this.#state.log.termAt(previous);
    assert(previousTerm !== null, "sent what follows on an entry that is compacted");
    this.#append(progress, previous, previousTerm, to, round);
  }

  /** The entries behind the previous one, up to `to`, and without it. */
  #append(
    progress: Progress,
    previousIndex: number,
    previousTerm: number,
    to: number,
    round: number,
  ): void {
    const { peer, outline } = progress;
    const { committed } = this.#state.log;
    let message = this.#made.find(
      (made) =>
        made.previousIndex === previousIndex &&
        made.entries.length === to - previousIndex - 1 &&
        made.committed === committed &&
        made.round === round &&
        made.outline === outline,
    );
    if (message === undefined) {
      const { term, options } = this.#state;
      message = {
        kind: "append",
        term,
        outline,
        previousIndex,
        previousTerm,
        committed,
        entries: this.#entries(previousIndex + 1, to, outline),
        round,
        leased: options.leaseReads,
      };
      this.#made.push(message);
    }
    this.#state.send(peer, message);
  }

  #entries(from: number, to: number, outline: boolean): readonly LogEntry[] {
    if (to === from) return [];
    const copies = this.#state.log.slice(from, to - 1);
    return outline ? copies.map(outlineOf) : copies;
  }

  #beginSnapshot(progress: Progress): void {
    const { snapshot, limits } = this.#state;
    assert(snapshot !== null, "a log that is compacted, and no snapshot");
    const { messageBytesMax, piecesInFlightMax } = limits;
    const image = progress.outline ? outlineImage(snapshot) : this.#imageOf(snapshot);
    const { window } = progress;
    progress.snapshot(new SnapshotSender(image, window, messageBytesMax, piecesInFlightMax));
  }

  #sendPieces(progress: Progress, round: number): void {
    const { sender, peer } = progress;
    assert(sender !== null, "a snapshot is sent, and there is none");
    const { term } = this.#state;
    for (;;) {
      const piece = sender.next(term, round);
      if (piece === null) return;
      this.#state.send(peer, piece);
    }
  }

  #imageOf(snapshot: Snapshot): SnapshotImage {
    if (this.#image?.snapshot !== snapshot) {
      const { data } = snapshot;
      this.#image = { snapshot, data, crc: crc32c(data), outline: false };
    }
    return this.#image;
  }
}

const outlineImage = (snapshot: Snapshot): SnapshotImage => ({
  snapshot,
  data: nothing,
  crc: crc32c(nothing),
  outline: true,
});

/** A witness needs to know who is in the group, and nothing else of what is in the log. */
const outlineOf = (entry: LogEntry): LogEntry =>
  entry.kind === entryKinds.members ? entry : { ...entry, data: nothing };
