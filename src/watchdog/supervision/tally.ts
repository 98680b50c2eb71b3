/**
 * How many times more a rule was broken than kept, from 0 to one more than is borne (AUTOSAR: the
 * counter of failed reference cycles, and FailedAliveSupervisionRefCycleTol). So an entity that is
 * wrong now and then is borne, and one that is wrong more often than right is not.
 */
export class Tally {
  readonly #countMax: number;
  #count: number;

  /** @param full it begins past the tolerance, and must be earned back */
  constructor(tolerance: number, full: boolean) {
    this.#countMax = tolerance + 1;
    this.#count = full ? this.#countMax : 0;
  }

  get clear(): boolean {
    return this.#count === 0;
  }

  /** More than is borne. */
  get exceeded(): boolean {
    return this.#count === this.#countMax;
  }

  right(): void {
    this.#count = Math.max(this.#count - 1, 0);
  }

  wrong(): void {
    this.#count = Math.min(this.#count + 1, this.#countMax);
  }

  fill(): void {
    this.#count = this.#countMax;
  }
}
