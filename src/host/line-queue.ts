/**
 * What waits for a slow line: the most urgent first, and within a rank the oldest first. Where it
 * is full the oldest of the least urgent makes room, which may be what has just come: so a full
 * line loses what its sender can best do without.
 */
import { assert } from "../kernel/assert.js";
import { BoundedQueue } from "../kernel/queue.js";

/** Frames of all ranks that wait for a line. */
export const lineQueueMax = 32;

/** A rank is from 0, the most urgent, to below this. */
export const ranksMax = 4;

export class LineQueue<Item> {
  readonly #ranks = Array.from({ length: ranksMax }, () => new BoundedQueue<Item>(lineQueueMax));
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** What had to make room. */
  push(item: Item, rank: number): Item | undefined {
    const queue = this.#ranks[rank];
    assert(queue !== undefined, `${rank} is no rank`);
    const full = this.#length === lineQueueMax;
    if (full && this.#ranks.every((other, at) => at < rank || other.length === 0)) return item;
    const dropped = full ? this.#leastUrgent() : undefined;
    queue.push(item);
    this.#length += 1;
    assert(this.#length <= lineQueueMax, "a full queue grew");
    return dropped;
  }

  shift(): Item | undefined {
    return this.#take(this.#ranks.find(({ length }) => length > 0));
  }

  #leastUrgent(): Item | undefined {
    return this.#take(this.#ranks.findLast(({ length }) => length > 0));
  }

  #take(queue: BoundedQueue<Item> | undefined): Item | undefined {
    if (queue === undefined) return undefined;
    this.#length -= 1;
    return queue.shift();
  }
}
