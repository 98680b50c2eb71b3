/**
 * Which configurations the search has been in, so that it enters none a second time (Wing and Gong
 * 1993 search without it; Lowe 2017, section 3.2, shows what it is worth).
 *
 * A configuration is a key of whole numbers and a set of optional operations that were used up. One
 * is covered by another of the same key whose set is a part of its own: what can be done after the
 * greater set can be done after the smaller one. So a key keeps several sets.
 *
 * All is in flat arrays: records of `next, key.., set..` chained from a table of hashes.
 */
import { assert } from "../../kernel/assert.js";
import type { Pool } from "./pool.js";

const none = -1;
const bytesPerWord = 4;
/** For so many there is room at first. */
const recordsMin = 32;

export class Visited {
  readonly #keyWords: number;
  readonly #recordWords: number;
  readonly #pool: Pool;
  #heads = new Int32Array(64).fill(none);
  #records = new Int32Array(0);
  #end = 0;
  #count = 0;
  #forgotten = 0;

  /** @param pool pays for the records; where it cannot, they are not kept */
  constructor(keyWords: number, setWords: number, pool: Pool) {
    this.#keyWords = keyWords;
    this.#recordWords = 1 + keyWords + setWords;
    this.#pool = pool;
  }

  get count(): number {
    return this.#count;
  }

  /** How many could not be kept for want of room: the search is right without them, but slower. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** True where the configuration is covered by none before; it is kept then. */
  enter(key: Int32Array, set: Int32Array): boolean {
    assert(1 + this.#keyWords + set.length === this.#recordWords, "a set of another search");
    const slot = hash(key) & (this.#heads.length - 1);
    for (let at = this.#heads[slot] as number; at !== none; at = this.#records[at] as number) {
      if (this.#isKey(at + 1, key) && this.#isPart(at + 1 + this.#keyWords, set)) return false;
    }
    this.#keep(slot, key, set);
    return true;
  }

  /** Gives the memory back; nothing is kept from then on. */
  close(): void {
    this.#pool.giveBack(this.#records.length * bytesPerWord);
    this.#records = new Int32Array(0);
    this.#heads = new Int32Array(0);
  }

  #isKey(at: number, key: Int32Array): boolean {
    for (let word = 0; word < key.length; word += 1) {
      if (this.#records[at + word] !== key[word]) return false;
    }
    return true;
  }

  #isPart(at: number, set: Int32Array): boolean {
    for (let word = 0; word < set.length; word += 1) {
      if (((this.#records[at + word] as number) & ~(set[word] as number)) !== 0) return false;
    }
    return true;
  }

  #keep(slot: number, key: Int32Array, set: Int32Array): void {
    if (this.#end + this.#recordWords > this.#records.length && !this.#grow()) {
      this.#forgotten += 1;
      return;
    }
    const at = this.#end;
    this.#records[at] = this.#heads[slot] as number;
    this.#records.set(key, at + 1);
    this.#records.set(set, at + 1 + this.#keyWords);
    this.#heads[slot] = at;
    this.#end += this.#recordWords;
    this.#count += 1;
    if (this.#count > this.#heads.length) this.#spread();
  }

  #grow(): boolean {
    const words = Math.max(this.#records.length * 2, this.#recordWords * recordsMin);
    if (!this.#pool.take((words - this.#records.length) * bytesPerWord)) return false;
    const records = new Int32Array(words);
    records.set(this.#records);
    this.#records = records;
    return true;
  }

  #spread(): void {
    const heads = new Int32Array(this.#heads.length * 2).fill(none);
    for (let at = 0; at < this.#end; at += this.#recordWords) {
      const slot =
        hash(this.#records.subarray(at + 1, at + 1 + this.#keyWords)) & (heads.length - 1);
      this.#records[at] = heads[slot] as number;
      heads[slot] = at;
    }
    this.#heads = heads;
  }
}

function hash(key: Int32Array): number {
  let mixed = 0x2545f491;
  for (let word = 0; word < key.length; word += 1) {
    mixed = Math.imul(mixed ^ (key[word] as number), 0x9e3779b1);
    mixed ^= mixed >>> 15;
  }
  return mixed;
}
