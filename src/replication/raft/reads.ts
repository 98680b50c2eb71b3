/**
 * Linearizable reads without an entry (ReadIndex, thesis 6.4): the leader notes its commit index,
 * makes sure by a round of messages that it still leads, and lets the read be served when so much
 * was applied. All reads that come while a round is out share the next one.
 */
import { assert } from "../../kernel/assert.js";

interface Round {
  readonly round: number;
  /** The commit index when it began. */
  readonly index: number;
  readonly tickets: readonly number[];
}

export interface ReadyRead {
  readonly ticket: number;
  readonly index: number;
}

export class Reads {
  #waiting: number[] = [];
  #open: Round | null = null;

  get count(): number {
    return this.#waiting.length + (this.#open?.tickets.length ?? 0);
  }

  /** A round should begin. */
  get wantsRound(): boolean {
    return this.#open === null && this.#waiting.length > 0;
  }

  add(ticket: number): void {
    this.#waiting.push(ticket);
  }

  /** All that wait go with this round, which is sent after now. */
  begin(round: number, index: number): void {
    assert(this.wantsRound, "a round of reads began without need");
    this.#open = { round, index, tickets: this.#waiting };
    this.#waiting = [];
  }

  /** @param confirmed the newest round that a majority has answered */
  confirm(confirmed: number): readonly ReadyRead[] {
    const open = this.#open;
    if (open === null || open.round > confirmed) return [];
    this.#open = null;
    return open.tickets.map((ticket) => ({ ticket, index: open.index }));
  }

  /** All that wait, which will not be served. */
  abandon(): readonly number[] {
    const all = [...(this.#open?.tickets ?? []), ...this.#waiting];
    this.#open = null;
    this.#waiting = [];
    return all;
  }
}
