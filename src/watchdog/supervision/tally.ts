/**
 * How many times more a rule was broken than kept, from 0 to one more than is borne (AUTOSAR: the
 * counter of failed reference cycles, and FailedAliveSupervisionRefCycleTol). So an entity that is
 * wrong now and then is borne, and one that is wrong more often than right is not.
 */
import type { RuleFault } from "./rules.js";

export class Tally {
  readonly #countMax: number;
  #count = 0;
  /** By which the rule was broken last; it says nothing once the tally is clear. */
  fault: RuleFault | null = null;

  constructor(tolerance: number) {
    this.#countMax = tolerance + 1;
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

  wrong(fault: RuleFault): void {
    this.fault = fault;
    this.#count = Math.min(this.#count + 1, this.#countMax);
  }

  /** The rule comes into force for one that is expired: it must be seen to be kept. */
  owe(): void {
    this.#count = Math.max(this.#count, 1);
  }

  /** From here on all of it must be earned back. */
  fill(): void {
    this.#count = this.#countMax;
  }
}
