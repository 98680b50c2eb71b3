/**
 * The reads of a leader, in rounds: all that came before a round began share it. A read must not
 * share a round that began before it came, for the leader might have been deposed, and a write
 * acknowledged elsewhere, in between (Ongaro 2014, section 6.4).
 */
import { readsMax, roundsInFlightMax } from "./limits.js";
import type { Origin } from "./work.js";

/** A keep-alive is a read as well: only who is still the leader may say that a session lives. */
export interface Read {
  readonly origin: Origin;
  /** Whose lease is renewed by it; null for a read. */
  readonly session: number | null;
}

export class Reads {
  #waiting: Read[] = [];
  readonly #rounds = new Map<number, readonly Read[]>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** False where there is no room; nothing has changed then. */
  add(read: Read): boolean {
    if (this.#count >= readsMax) return false;
    this.#count += 1;
    this.#waiting.push(read);
    return true;
  }

  /** Whether a round should begin now, which is then known by the ticket. */
  take(ticket: number): boolean {
    if (this.#waiting.length === 0 || this.#rounds.size >= roundsInFlightMax) return false;
    this.#rounds.set(ticket, this.#waiting);
    this.#waiting = [];
    return true;
  }

  /** The round has ended, well or not; null where the ticket is none of ours. */
  ended(ticket: number): readonly Read[] | null {
    const reads = this.#rounds.get(ticket);
    if (reads === undefined) return null;
    this.#rounds.delete(ticket);
    this.#count -= reads.length;
    return reads;
  }

  dropWaiting(): readonly Read[] {
    const dropped = this.#waiting;
    this.#waiting = [];
    this.#count -= dropped.length;
    return dropped;
  }
}
