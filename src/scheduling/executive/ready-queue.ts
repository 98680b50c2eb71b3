/**
 * The tasks that could run: one first-in first-out list per priority, and a bit per level that says
 * whether it holds anybody. All is done in constant time and without allocating: the links are
 * fields of what is queued.
 */
import { assert } from "../../kernel/assert.js";
import { priorityMax } from "../priority.js";

/** What can stand in a ready queue; in one at a time. */
export interface Queued<Self> {
  effective: number;
  /** The level that it stands in; -1 where it stands in none. */
  level: number;
  next: Self | null;
  previous: Self | null;
}

const bitsPerWord = 32;
const words = Math.ceil((priorityMax + 1) / bitsPerWord);

export class ReadyQueue<Item extends Queued<Item>> {
  readonly #heads = new Array<Item | null>(priorityMax + 1).fill(null);
  readonly #tails = new Array<Item | null>(priorityMax + 1).fill(null);
  readonly #filled = new Int32Array(words);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The longest waiting of the most urgent. */
  first(): Item | null {
    if (this.#length === 0) return null;
    for (let word = words - 1; word >= 0; word -= 1) {
      const bits = this.#filled[word] as number;
      if (bits === 0) continue;
      const level = word * bitsPerWord + (bitsPerWord - 1 - Math.clz32(bits));
      return this.#heads[level] as Item;
    }
    return null;
  }

  pushTail(item: Item): void {
    const level = this.#enter(item);
    const tail = this.#tails[level] as Item | null;
    item.previous = tail;
    if (tail === null) this.#heads[level] = item;
    else tail.next = item;
    this.#tails[level] = item;
  }

  pushHead(item: Item): void {
    const level = this.#enter(item);
    const head = this.#heads[level] as Item | null;
    item.next = head;
    if (head === null) this.#tails[level] = item;
    else head.previous = item;
    this.#heads[level] = item;
  }

  remove(item: Item): void {
    const { level, next, previous } = item;
    if (level < 0) assert(false, "what leaves the ready queue does not stand in it");
    if (previous === null) this.#heads[level] = next;
    else previous.next = next;
    if (next === null) this.#tails[level] = previous;
    else next.previous = previous;
    item.next = null;
    item.previous = null;
    item.level = -1;
    this.#length -= 1;
    if (this.#heads[level] === null) this.#setFilled(level, false);
  }

  /** From the most urgent level down, in order of service. */
  *[Symbol.iterator](): Generator<Item> {
    for (let level = priorityMax; level >= 0; level -= 1) {
      for (let item = this.#heads[level] ?? null; item !== null; item = item.next) yield item;
    }
  }

  #enter(item: Item): number {
    if (item.level >= 0) assert(false, "what enters the ready queue stands in it already");
    const level = item.effective;
    item.level = level;
    this.#length += 1;
    this.#setFilled(level, true);
    return level;
  }

  #setFilled(level: number, filled: boolean): void {
    const word = level >>> 5;
    const bit = 1 << (level & (bitsPerWord - 1));
    const bits = this.#filled[word] as number;
    this.#filled[word] = filled ? bits | bit : bits & ~bit;
  }
}
