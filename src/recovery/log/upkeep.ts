/**
 * What goes on beside the log, on the lane of the snapshots: files of no use are taken away, and
 * the next segment is made before it is needed.
 */
import type { Instant } from "../../kernel/time.js";
import type { FileName } from "../disk.js";
import type { DiskFaults } from "./faults.js";
import type { DiskLanes, DiskTask } from "./lanes.js";
import type { LogTail } from "./log-tail.js";
import { makeSegment, type Outcome, removeFiles } from "./tasks.js";

export class Upkeep {
  readonly #lanes: DiskLanes;
  readonly #faults: DiskFaults;
  readonly #segmentBytes: number;
  readonly #note: (now: Instant, outcome: Outcome) => void;
  #useless: readonly FileName[] = [];
  #isBusy = false;
  #compactTo = 0;

  constructor(
    lanes: DiskLanes,
    faults: DiskFaults,
    segmentBytes: number,
    note: (now: Instant, outcome: Outcome) => void,
  ) {
    this.#lanes = lanes;
    this.#faults = faults;
    this.#segmentBytes = segmentBytes;
    this.#note = note;
  }

  get isBusy(): boolean {
    return this.#isBusy;
  }

  discard(files: readonly FileName[]): void {
    this.#useless = [...this.#useless, ...files];
  }

  /** Entries up to there may go when a snapshot has them. */
  compact(index: number): void {
    this.#compactTo = Math.max(this.#compactTo, index);
  }

  /** Takes away first, then makes: both may be of one name. */
  advance(now: Instant, tail: LogTail): void {
    const removable = tail.removable(Math.min(this.#compactTo, tail.mark?.index ?? 0));
    if (removable.length > 0) this.discard(removable);
    if (this.#isBusy || !this.#faults.mayTry(now, "segment")) return;
    if (this.#useless.length > 0) this.#remove(now);
    else if (tail.wanted !== null) this.#make(now, tail, tail.wanted);
  }

  #remove(now: Instant): void {
    const files = this.#useless;
    this.#useless = [];
    this.#run(now, removeFiles(files), (outcome) => {
      if (outcome !== null) this.#useless = [...files, ...this.#useless];
    });
  }

  #make(now: Instant, tail: LogTail, sequence: number): void {
    this.#run(now, makeSegment(sequence, this.#segmentBytes), (outcome) => {
      if (outcome === null) tail.prepared(sequence);
    });
  }

  #run(now: Instant, task: DiskTask<Outcome>, ended: (outcome: Outcome) => void): void {
    this.#isBusy = true;
    this.#lanes.run(now, "snapshot", task, (at, outcome) => {
      this.#isBusy = false;
      ended(outcome);
      this.#note(at, outcome);
    });
  }
}
