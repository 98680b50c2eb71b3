/**
 * What is still to be told: the members about whom something is new, each with how often it was
 * told (SWIM, section 4.1, infection-style dissemination). Told least goes first; after
 * `transmissionsMax` it is told no more, for by then everybody has heard of it with high
 * probability.
 *
 * Only the member stands here; what is told of it is read from the view when it is told, so it is
 * always the newest, and an older claim about the same member is never sent after a newer one.
 */

/** Members in the buffer. When it is full, the one that was told most makes room. */
export const rumoursMax = 4_096;

export class Rumours {
  /** By how often they were told: the members, those that wait longest first. */
  readonly #told: Set<number>[] = [];
  readonly #times = new Map<number, number>();

  get size(): number {
    return this.#times.size;
  }

  /** There is news of the member: it is told from the beginning. */
  add(number: number): void {
    this.delete(number);
    if (this.#times.size >= rumoursMax) this.#dropMostTold();
    this.#place(number, 0);
  }

  delete(number: number): void {
    const times = this.#times.get(number);
    if (times === undefined) return;
    this.#told[times]?.delete(number);
    this.#times.delete(number);
  }

  /** Those to be told next, in order. Nothing may be added or told during the walk. */
  *next(): Generator<number> {
    for (const members of this.#told) yield* members;
  }

  /**
   * @param copies how many targets have got it: each counts as having been told
   * @param timesMax how often each rumour is told
   */
  told(number: number, copies: number, timesMax: number): void {
    const times = this.#times.get(number);
    if (times === undefined) return;
    this.delete(number);
    if (times + copies < timesMax) this.#place(number, times + copies);
  }

  #place(number: number, times: number): void {
    while (this.#told.length <= times) this.#told.push(new Set());
    this.#told[times]?.add(number);
    this.#times.set(number, times);
  }

  #dropMostTold(): void {
    for (let times = this.#told.length - 1; times >= 0; times -= 1) {
      const first = this.#told[times]?.values().next();
      if (first === undefined || first.done === true) continue;
      this.delete(first.value);
      return;
    }
  }
}
