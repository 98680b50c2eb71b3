/**
 * All outcomes of one crash, one after the other: the choices of a tear are the digits of a number
 * whose bases are found out as it is counted.
 */
import type { ChangeOrder, Tear } from "../tear.js";

export class AllTears {
  /** The digits of the outcome at hand, and their bases. */
  #digits: number[] = [];
  #bases: number[] = [];
  #begun = false;

  /**
   * The next outcome; null when all have been had. Each is to be used before the next is asked
   * for.
   */
  next(): Tear | null {
    if (this.#begun && !this.#countUp()) return null;
    this.#begun = true;
    this.#bases = [];
    return { among: (orders) => this.#choose(orders) };
  }

  /** The choices that were made, for a report. */
  get choices(): readonly number[] {
    return this.#digits.slice(0, this.#bases.length);
  }

  #choose(orders: readonly ChangeOrder[]): number {
    const place = this.#bases.length;
    this.#bases.push(orders.length);
    const digit = this.#digits[place] ?? 0;
    this.#digits[place] = digit;
    return digit;
  }

  /** The last digit that can grow does; those behind it begin anew. */
  #countUp(): boolean {
    for (let place = this.#bases.length - 1; place >= 0; place -= 1) {
      const digit = (this.#digits[place] ?? 0) + 1;
      if (digit < (this.#bases[place] ?? 0)) {
        this.#digits = [...this.#digits.slice(0, place), digit];
        return true;
      }
    }
    return false;
  }
}
