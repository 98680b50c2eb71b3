/**
 * One fact about each member, by its number. Most members differ from the usual in nothing, so the
 * exceptions stand in a map, until they are so many that a typed array is smaller: an entry of a
 * map takes about as much as eight doubles.
 */

type Numbers = Float64Array | Uint32Array;

/** From this share of the slots on, exceptions stand in an array. */
const denseShare = 1 / 16;
const fewMax = 16;

export class Column {
  readonly #usual: (number: number) => number;
  readonly #make: (length: number) => Numbers;
  #few: Map<number, number> | null = new Map();
  #all: Numbers | null = null;

  /**
   * @param usual the value of a member of which nothing else was said
   * @param make an array of the width that the values need
   */
  constructor(usual: (number: number) => number, make: (length: number) => Numbers) {
    this.#usual = usual;
    this.#make = make;
  }

  get(number: number): number {
    const known = this.#few === null ? this.#all?.[number] : this.#few.get(number);
    return known ?? this.#usual(number);
  }

  /** @param slots how many numbers there are now */
  set(number: number, value: number, slots: number): void {
    if (this.#few === null) this.#write(number, value, slots);
    else if (value === this.#usual(number)) this.#few.delete(number);
    else this.#few.set(number, value);
    const few = this.#few?.size ?? 0;
    if (few > fewMax + slots * denseShare) this.#spread(slots);
  }

  #spread(slots: number): void {
    const few = this.#few ?? new Map<number, number>();
    this.#few = null;
    this.#all = this.#filled(null, slots);
    for (const [number, value] of few) this.#write(number, value, slots);
  }

  #write(number: number, value: number, slots: number): void {
    if (this.#all === null || number >= this.#all.length) {
      this.#all = this.#filled(this.#all, Math.max(slots, 2 * number));
    }
    this.#all[number] = value;
  }

  #filled(former: Numbers | null, length: number): Numbers {
    const array = this.#make(length);
    for (let number = 0; number < length; number += 1) {
      array[number] = former?.[number] ?? this.#usual(number);
    }
    return array;
  }
}

export const wideColumn = (usual: (number: number) => number): Column =>
  new Column(usual, (length) => new Float64Array(length));

/** For values up to 2^32 - 1. */
export const narrowColumn = (usual: (number: number) => number): Column =>
  new Column(usual, (length) => new Uint32Array(length));
