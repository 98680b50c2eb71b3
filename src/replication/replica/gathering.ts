/**
 * How long a batch waits for more commands, when none is on its way.
 *
 * Clients that are answered together ask again one connection after the other. If the first of them
 * had a batch for itself, the others would wait for that one, and the clients would fall into two
 * halves that take turns, with twice the writes. So a batch waits a moment for as many as there
 * were, as databases do (PostgreSQL's `commit_delay`): not at all for a single client, no longer
 * than a part of the time that the last batch took, and where it has waited in vain, as for clients
 * that ask whenever they like, not for a number of batches to come.
 */
import { after, due, elapsed, type Instant, micros } from "../../kernel/time.js";
import { gatherMax, gatherMin, gatherPart, gatherQuorum, gatherSkipMax } from "./limits.js";

export class Gathering {
  /** Commands on their way, and since when. */
  #size = 0;
  #since: Instant | null = null;
  /** So many are waited for. */
  #wanted = 0;
  /** Null where nothing is waited for. */
  #until: Instant | null = null;
  /** After a wait in vain: batches that do not wait, and how many of them are left. */
  #skip = 0;
  #skipsLeft = 0;

  /** A batch of so many has gone. */
  proposed(now: Instant, count: number): void {
    if (this.#until !== null) this.#learn(count >= this.#wanted);
    this.#size += count;
    this.#since = now;
    this.#until = null;
  }

  /** What waits has something else to wait for. */
  hold(): void {
    this.#until = null;
  }

  /** Nothing is on its way: may so many that wait go now? */
  isOver(now: Instant, waiting: number): boolean {
    if (this.#size > 0) this.#ended(now, waiting);
    return this.#until === null || waiting >= this.#wanted || due(this.#until, now);
  }

  /** When what waits will go at the latest; null where that is not a matter of time. */
  deadline(): Instant | null {
    return this.#until;
  }

  /** The clients that seem to be at work: those who were answered, and who waited meanwhile. */
  #ended(now: Instant, waiting: number): void {
    this.#wanted = Math.ceil((this.#size + waiting) * gatherQuorum);
    this.#size = 0;
    if (this.#skipsLeft > 0) {
      this.#skipsLeft -= 1;
      return;
    }
    const part = Math.floor(elapsed(this.#since ?? now, now) * gatherPart);
    this.#until = after(now, micros(Math.min(gatherMax, Math.max(gatherMin, part))));
  }

  #learn(succeeded: boolean): void {
    this.#skip = succeeded ? 0 : Math.min(gatherSkipMax, 2 * this.#skip + 1);
    this.#skipsLeft = this.#skip;
  }
}
