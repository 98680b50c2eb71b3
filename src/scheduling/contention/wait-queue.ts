/**
 * The tasks that wait for one resource, in the order in which they are served: the most urgent
 * first, and among equals the one that has waited longest.
 *
 * A waiter whose priority changed is sorted in again by its arrival, as if it had always had that
 * priority. Linux and RTEMS put it behind its new equals instead; but then a boost that comes and
 * goes would cost a waiter its place, and the order could not be told from what is so now.
 *
 * Invariant: sorted by `effective`, falling, then by `arrival`, rising. Queues are short, so an
 * array which is searched from its end is faster than a tree.
 */
import { assert } from "../../kernel/assert.js";

export interface Waiting {
  readonly effective: number;
  /** Counts up from one waiter to the next, and is different for each. */
  readonly arrival: number;
}

export class WaitQueue<Waiter extends Waiting> implements Iterable<Waiter> {
  readonly #waiters: Waiter[] = [];

  get length(): number {
    return this.#waiters.length;
  }

  get first(): Waiter | undefined {
    return this.#waiters[0];
  }

  insert(waiter: Waiter): void {
    let index = this.#waiters.length;
    while (index > 0 && this.#before(waiter, index - 1)) index -= 1;
    if (index === this.#waiters.length) this.#waiters.push(waiter);
    else this.#waiters.splice(index, 0, waiter);
  }

  /** The waiter must be there. */
  remove(waiter: Waiter): void {
    const index = this.#waiters.indexOf(waiter);
    assert(index >= 0, "a waiter is not in the queue that it waits in");
    if (index === this.#waiters.length - 1) this.#waiters.pop();
    else this.#waiters.splice(index, 1);
  }

  /** To be called when the priority of a waiter has changed. */
  resort(waiter: Waiter): void {
    if (this.#waiters.length === 1) return;
    this.remove(waiter);
    this.insert(waiter);
  }

  shift(): Waiter | undefined {
    return this.#waiters.length === 1 ? this.#waiters.pop() : this.#waiters.shift();
  }

  [Symbol.iterator](): Iterator<Waiter> {
    return this.#waiters[Symbol.iterator]();
  }

  #before(waiter: Waiter, index: number): boolean {
    const other = this.#waiters[index];
    assert(other !== undefined, "an index beyond the queue");
    if (waiter.effective !== other.effective) return waiter.effective > other.effective;
    return waiter.arrival < other.arrival;
  }
}
