/** The five invariants of Raft (paper, figure 3), watched from outside. */
import type { LogEntry, Snapshot } from "../../../../src/recovery/log/ports.js";
import { entryKinds } from "../../../../src/replication/raft/ports.js";

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

interface Committed {
  readonly term: number;
  readonly data: string;
  /** The term in which somebody first knew of it. */
  readonly knownIn: number;
}

/** Of a witness: commands of the tests are never empty. */
const isOutline = (entry: LogEntry): boolean =>
  entry.kind === entryKinds.command && entry.data.length === 0;

export class Invariants {
  readonly #leaders = new Map<number, string>();
  readonly #entries = new Map<string, { readonly data: string; readonly previous: number }>();
  readonly #committed = new Map<number, Committed>();
  #committedMax = 0;

  /** The last index that anybody has applied. */
  get committedMax(): number {
    return this.#committedMax;
  }

  get elections(): number {
    return this.#leaders.size;
  }

  /** Election safety, and leader completeness: all that is committed is in the new leader's log. */
  elected(node: string, term: number, log: ReadonlyMap<number, LogEntry>, base: number): void {
    const other = this.#leaders.get(term);
    // Nor one that has crashed, and has forgotten that it led: it may say something else now.
    if (other !== undefined) {
      throw new Error(`election safety: ${other} and ${node} lead in term ${term}`);
    }
    this.#leaders.set(term, node);
    for (const [index, committed] of this.#committed) {
      if (index <= base || committed.knownIn >= term) continue;
      if (log.get(index)?.term === committed.term) continue;
      throw new Error(`leader completeness: ${node} leads in ${term} without entry ${index}`);
    }
  }

  /** Log matching, by induction: one index and term, one content and one predecessor. */
  appended(entry: LogEntry, previousTerm: number): void {
    const outline = isOutline(entry);
    const key = `${entry.index}/${entry.term}`;
    const known = this.#entries.get(key);
    const data = textOf(entry.data);
    if (known === undefined) {
      if (!outline) this.#entries.set(key, { data, previous: previousTerm });
      return;
    }
    if ((known.data === data || outline) && known.previous === previousTerm) return;
    throw new Error(`log matching: two entries ${key}`);
  }

  /** State machine safety: one entry at one index, whoever applies it. */
  applied(node: string, entry: LogEntry, term: number): void {
    const known = this.#committed.get(entry.index);
    const data = textOf(entry.data);
    if (known !== undefined) {
      if (known.term === entry.term && known.data === data) return;
      throw new Error(`state machine safety: ${node} applies another entry at ${entry.index}`);
    }
    this.#committed.set(entry.index, { term: entry.term, data, knownIn: term });
    this.#committedMax = Math.max(this.#committedMax, entry.index);
  }

  /** A snapshot stands for what was committed. */
  restored(node: string, snapshot: Snapshot): void {
    const known = this.#committed.get(snapshot.index);
    if (!textOf(snapshot.data).startsWith(`state at ${snapshot.index};`)) {
      throw new Error(`${node} restores another state than that of ${snapshot.index}`);
    }
    if (known === undefined || known.term !== snapshot.term) {
      throw new Error(`state machine safety: ${node} restores what was never committed`);
    }
  }
}
