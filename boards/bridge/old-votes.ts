/**
 * Votes that the voter refuses as old. One that was slow is, now and then; many in a row mean that
 * the numbers of the cluster's cycles have fallen, as they do when all replicas begin anew. Then
 * the voter is asked: after an `ask` it takes any number. One that is only late is so after it too.
 *
 * Invariant: it asks for a new beginning at most once in `anewEvery`.
 */
import {
  after,
  type Duration,
  due,
  type Instant,
  instant,
  seconds,
} from "../../src/kernel/time.js";

/** After so many in a row of one output. */
const oldInRowMax = 8;

const anewEvery: Duration = seconds(1);

export class OldVotes {
  /** By output: others of the same replica may never have had a higher number. */
  readonly #inRow = new Map<number, number>();
  #nextAt: Instant = instant(0);

  /** @returns whether the sequences are to begin anew */
  note(now: Instant, output: number, isOld: boolean): boolean {
    const inRow = isOld ? (this.#inRow.get(output) ?? 0) + 1 : 0;
    this.#inRow.set(output, inRow);
    if (inRow < oldInRowMax || !due(this.#nextAt, now)) return false;
    this.#inRow.clear();
    this.#nextAt = after(now, anewEvery);
    return true;
  }
}
