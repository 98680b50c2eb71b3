/**
 * A set of names in order, for listings and snapshots. It stands in runs of bounded length, each
 * sorted and all of them in order: a new name moves the rest of one run, not of all.
 *
 * Invariant: no run is empty.
 */
import { assert } from "../../kernel/assert.js";

/** A run that has grown to this is cut in two. */
const runLengthMax = 512;

export class SortedNames {
  readonly #runs: string[][] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** @param name is not in the set */
  add(name: string): void {
    this.#size += 1;
    const place = Math.max(this.#runOf(name), 0);
    const run = this.#runs[place];
    if (run === undefined) {
      this.#runs.push([name]);
      return;
    }
    run.splice(indexIn(run, name), 0, name);
    if (run.length < runLengthMax) return;
    this.#runs.splice(place + 1, 0, run.splice(runLengthMax / 2));
  }

  /** @param name is in the set */
  remove(name: string): void {
    const place = this.#runOf(name);
    const run = this.#runs[place];
    assert(run !== undefined, "a name that is not in the set is taken out");
    const index = indexIn(run, name);
    assert(run[index] === name, "a name that is not in the set is taken out");
    run.splice(index, 1);
    if (run.length === 0) this.#runs.splice(place, 1);
    this.#size -= 1;
  }

  /** In order, from the first that is not before `start`. The set must not change meanwhile. */
  *from(start: string): Generator<string> {
    const first = Math.max(this.#runOf(start), 0);
    for (let place = first; place < this.#runs.length; place += 1) {
      const run = this.#runs[place] as string[];
      const begin = place === first ? indexIn(run, start) : 0;
      for (let index = begin; index < run.length; index += 1) yield run[index] as string;
    }
  }

  /** The last run that begins at or before `name`; -1 where none does. */
  #runOf(name: string): number {
    let low = 0;
    let high = this.#runs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#runs[middle]?.[0] as string) <= name) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

/** The index of the first name that is not before `name`. */
function indexIn(run: readonly string[], name: string): number {
  let low = 0;
  let high = run.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((run[middle] as string) < name) low = middle + 1;
    else high = middle;
  }
  return low;
}
