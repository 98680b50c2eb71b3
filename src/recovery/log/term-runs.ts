/**
 * Which terms stand where in the log: a run for each change of the term, and not the entries, which
 * their owner keeps. It is what a snapshot's place in the log is decided by.
 *
 * Invariant: runs are sorted by index, the first begins at `first`, and none is empty.
 */
import { assert } from "../../kernel/assert.js";
import type { LogEntry } from "./ports.js";

interface Run {
  readonly first: number;
  readonly term: number;
}

export class TermRuns {
  #runs: Run[] = [];
  #last: number;

  /** An empty log behind the entry at `last`. */
  constructor(last: number) {
    this.#last = last;
  }

  get last(): number {
    return this.#last;
  }

  copy(): TermRuns {
    const copy = new TermRuns(this.#last);
    copy.#runs = [...this.#runs];
    return copy;
  }

  /** Entries from the first one's index on that stood there before are gone. */
  append(entries: readonly LogEntry[]): void {
    const [first] = entries;
    if (first === undefined) return;
    assert(first.index <= this.#last + 1, "entries that leave a gap");
    if (first.index <= this.#last) this.#cutFrom(first.index);
    let term = this.#runs.at(-1)?.term ?? null;
    for (const entry of entries) {
      if (entry.term !== term) this.#runs.push({ first: entry.index, term: entry.term });
      term = entry.term;
    }
    this.#last = first.index + entries.length - 1;
  }

  /** Null where no entry is. */
  termAt(index: number): number | null {
    if (index > this.#last) return null;
    return this.#runs.findLast((run) => run.first <= index)?.term ?? null;
  }

  dropTo(index: number): void {
    const term = this.termAt(index + 1);
    this.#runs = this.#runs.filter((run) => run.first > index + 1);
    if (term !== null) this.#runs.unshift({ first: index + 1, term });
    this.#last = Math.max(this.#last, index);
  }

  clear(last: number): void {
    this.#runs = [];
    this.#last = last;
  }

  #cutFrom(index: number): void {
    while ((this.#runs.at(-1)?.first ?? 0) >= index) this.#runs.pop();
    this.#last = index - 1;
  }
}
