/**
 * A first-in first-out queue with a stated maximum. At the maximum the oldest item makes room: for
 * samples, beats and frames the newest is worth the most. What was dropped is counted.
 */
import { assert } from "./assert.js";

export class BoundedQueue<Item> {
  readonly #slots: (Item | undefined)[];
  #first = 0;
  #length = 0;
  #dropped = 0;

  /** @param lengthMax how many items it holds, at least 1. */
  constructor(lengthMax: number) {
    assert(Number.isSafeInteger(lengthMax) && lengthMax > 0, `not a length: ${lengthMax}`);
    this.#slots = new Array<Item | undefined>(lengthMax).fill(undefined);
  }

  get length(): number {
    return this.#length;
  }

  /** How many items made room for newer ones since the queue was made. */
  get dropped(): number {
    return this.#dropped;
  }

  push(item: Item): void {
    const lengthMax = this.#slots.length;
    if (this.#length === lengthMax) {
      this.shift();
      this.#dropped += 1;
    }
    this.#slots[(this.#first + this.#length) % lengthMax] = item;
    this.#length += 1;
    assert(this.#length <= lengthMax, "the queue grew past its maximum");
  }

  /** Takes the oldest item, or `undefined` when there is none. */
  shift(): Item | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#slots[this.#first];
    this.#slots[this.#first] = undefined;
    this.#first = (this.#first + 1) % this.#slots.length;
    this.#length -= 1;
    return item;
  }

  /** The items, oldest first, left in place. */
  *[Symbol.iterator](): Generator<Item> {
    for (let index = 0; index < this.#length; index += 1) {
      yield this.#slots[(this.#first + index) % this.#slots.length] as Item;
    }
  }
}
