/** A set of names in order: listings and snapshots need it, and it changes seldom. */
export class SortedNames {
  #names: string[] = [];

  get size(): number {
    return this.#names.length;
  }

  at(index: number): string | undefined {
    return this.#names[index];
  }

  /** @param name is not in the set */
  add(name: string): void {
    this.#names.splice(this.from(name), 0, name);
  }

  /** @param name is in the set */
  remove(name: string): void {
    this.#names.splice(this.from(name), 1);
  }

  /** The index of the first name that is not before `name`. */
  from(name: string): number {
    let low = 0;
    let high = this.#names.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#names[middle] as string) < name) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  [Symbol.iterator](): Iterator<string> {
    return this.#names[Symbol.iterator]();
  }
}
