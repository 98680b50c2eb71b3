/**
 * Which share of a stretch of true time is covered by spans that are told in the order of their
 * beginning.
 */
import type { Duration } from "../kernel/time.js";
import { later, type TrueTime } from "./true-time.js";

export class Coverage {
  readonly #from: TrueTime;
  #covered = 0;
  #coveredTo: TrueTime;

  /** @param from what comes before does not count */
  constructor(from: TrueTime) {
    this.#from = from;
    this.#coveredTo = from;
  }

  /** Covers `length` from `at` on; `at` is not before that of the last span. */
  cover(at: TrueTime, length: Duration): void {
    const end = later(at, length);
    const begin = at > this.#coveredTo ? at : this.#coveredTo;
    if (end <= begin) return;
    this.#covered += end - begin;
    this.#coveredTo = end;
  }

  /** From 0 to 1; what reaches beyond `end` does not count. 1 for an empty stretch. */
  shareAt(end: TrueTime): number {
    if (end <= this.#from) return 1;
    const beyond = Math.max(0, this.#coveredTo - end);
    return (this.#covered - beyond) / (end - this.#from);
  }
}
