/**
 * Who waits for a condition or a semaphore. Served is the most urgent, and among equals the longest
 * waiting. Waiters are looked through when one is served and not kept in order: their priorities
 * change while they wait, and one of a few dozen is found sooner than a tree is mended.
 */
import { assert } from "../../kernel/assert.js";
import type { TaskRecord } from "./task.js";

/** Tasks that wait for one condition or semaphore; one more is refused, "too-many-waiters". */
export const waitersMax = 1_024;

export class WaitingLine {
  readonly #waiters: TaskRecord[] = [];
  #arrivals = 0;

  get length(): number {
    return this.#waiters.length;
  }

  get isFull(): boolean {
    return this.#waiters.length >= waitersMax;
  }

  add(waiter: TaskRecord): void {
    assert(!this.isFull, "a line grew past its maximum");
    this.#arrivals += 1;
    waiter.arrival = this.#arrivals;
    this.#waiters.push(waiter);
  }

  remove(waiter: TaskRecord): void {
    const place = this.#waiters.indexOf(waiter);
    assert(place >= 0, `${waiter.name} does not stand in this line`);
    this.#waiters.splice(place, 1);
  }

  /** Takes the one that is served next; null where nobody waits. */
  takeNext(): TaskRecord | null {
    let best: TaskRecord | null = null;
    for (const waiter of this.#waiters) {
      if (best === null || goesBefore(waiter, best)) best = waiter;
    }
    if (best !== null) this.remove(best);
    return best;
  }
}

const goesBefore = (one: TaskRecord, other: TaskRecord): boolean =>
  one.effective > other.effective ||
  (one.effective === other.effective && one.arrival < other.arrival);
