/**
 * The commands of a leader on their way through the log: gathered into batches, proposed, known by
 * their index, and settled when that index is applied.
 *
 * A batch is proposed while none is on its way; what comes until that is committed makes up the
 * next one: a follower takes one message after the other, so a second would wait there. So one
 * client waits for nobody, and many share each write (group commit; DeWitt et al. 1984). How long
 * it waits for more is in gathering.ts.
 *
 * Invariant: a command is settled at most once. What was proposed in a term that ended stays known
 * by its index until that is applied: then it is either there, or was never committed.
 */
import { assert } from "../../kernel/assert.js";
import type { Instant } from "../../kernel/time.js";
import type { LogEntry } from "../../recovery/log/ports.js";
import { Gathering } from "./gathering.js";
import { batchBytes, batchesInFlightMax, proposalsMax } from "./limits.js";
import { type Origin, refusedAs, type Settled } from "./work.js";

interface Proposed {
  readonly origin: Origin;
  readonly term: number;
}

export interface Batch {
  readonly ticket: number;
  readonly commands: readonly Uint8Array[];
}

export class Proposals {
  #commands: Uint8Array[] = [];
  #origins: Origin[] = [];
  #bytes = 0;
  /** By ticket, whose they are, until Raft says where they are. */
  readonly #asked = new Map<number, readonly Origin[]>();
  #askedCount = 0;
  readonly #byIndex = new Map<number, Proposed>();
  /**
   * How many of `#byIndex` are of the newest term. Those of older terms may never be settled: where
   * a log was cut, nothing need ever come again, and nothing may wait for it.
   */
  #open = 0;
  #term = 0;
  #gathering = new Gathering();

  get waitingBytes(): number {
    return this.#bytes;
  }

  get count(): number {
    return this.#commands.length + this.#askedCount + this.#byIndex.size;
  }

  /** We lead in a new term: of the terms before nothing is waited for. */
  begin(term: number): void {
    this.#term = term;
    this.#open = 0;
    this.#gathering = new Gathering();
  }

  /** False where there is no room; nothing has changed then. */
  add(command: Uint8Array, origin: Origin): boolean {
    if (this.count >= proposalsMax) return false;
    this.#commands.push(command);
    this.#origins.push(origin);
    this.#bytes += command.length;
    return true;
  }

  /**
   * What should be proposed now; null while it should wait.
   *
   * @param writing how many batches are being written
   */
  take(now: Instant, ticket: number, writing: number): Batch | null {
    const commands = this.#commands;
    if (!this.#mayGo(now, writing) || commands.length === 0) return null;
    this.#gathering.proposed(now, commands.length);
    this.#asked.set(ticket, this.#origins);
    this.#askedCount += commands.length;
    this.#commands = [];
    this.#origins = [];
    this.#bytes = 0;
    return { ticket, commands };
  }

  /** When something is to be taken that may not be taken now. */
  deadline(): Instant | null {
    return this.#commands.length === 0 ? null : this.#gathering.deadline();
  }

  /** The commands of the ticket have the indices from `first` on. */
  proposed(ticket: number, first: number, term: number): void {
    const origins = this.#takeAsked(ticket);
    assert(origins !== null, `ticket ${ticket} was proposed without being asked`);
    if (term !== this.#term) this.begin(term);
    for (let at = 0; at < origins.length; at += 1) {
      const origin = origins[at] as Origin;
      if (origin !== null) this.#put(first + at, { origin, term });
    }
  }

  /** Whose commands were refused; null where the ticket is none of ours, or was proposed. */
  refused(ticket: number): readonly Origin[] | null {
    return this.#takeAsked(ticket);
  }

  /** What had not been proposed when the leadership ended: it is in no log. */
  dropWaiting(): readonly Origin[] {
    const origins = this.#origins;
    this.#commands = [];
    this.#origins = [];
    this.#bytes = 0;
    return origins;
  }

  /** The entry has been committed: whose is it? `lost`: another was to be at its index. */
  applied(entry: LogEntry): { readonly origin: Origin; readonly lost: boolean } | null {
    const proposed = this.#byIndex.get(entry.index);
    if (proposed === undefined) return null;
    this.#take(entry.index, proposed);
    return { origin: proposed.origin, lost: proposed.term !== entry.term };
  }

  /** A snapshot stands for all up to `index`: what became of ours there, nobody can say. */
  skipped(index: number): readonly Settled[] {
    const settled: Settled[] = [];
    for (const [at, proposed] of this.#byIndex) {
      if (at > index) continue;
      this.#take(at, proposed);
      const { origin } = proposed;
      const outcome = refusedAs("unknown-outcome", "a snapshot took the place of its entry");
      settled.push({ origin, outcome });
    }
    return settled;
  }

  #mayGo(now: Instant, writing: number): boolean {
    const isFull = this.#bytes >= batchBytes;
    if (writing < batchesInFlightMax && this.#open === 0) {
      return this.#gathering.isOver(now, this.#commands.length) || isFull;
    }
    this.#gathering.hold();
    return isFull;
  }

  /** What was at that index was of an older term, and is in no log any more. */
  #put(index: number, proposed: Proposed): void {
    this.#byIndex.set(index, proposed);
    this.#open += 1;
  }

  #take(index: number, { term }: Proposed): void {
    this.#byIndex.delete(index);
    if (term === this.#term) this.#open -= 1;
  }

  #takeAsked(ticket: number): readonly Origin[] | null {
    const origins = this.#asked.get(ticket);
    if (origins === undefined) return null;
    this.#asked.delete(ticket);
    this.#askedCount -= origins.length;
    return origins;
  }
}
