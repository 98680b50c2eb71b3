/**
 * A checker watches a run for one property. It sees what an onlooker with true time sees, keeps the
 * first violation and counts the others. One property, one file, and a test that plants a
 * violation.
 */
import type { Observation } from "../observation.js";
import type { TrueTime } from "../true-time.js";

export interface Violation {
  readonly at: TrueTime;
  /** A sentence for people: what was seen, what should have been. */
  readonly message: string;
}

export interface CheckResult {
  readonly first: Violation;
  readonly count: number;
}

export interface Checker {
  readonly name: string;
  observe(observation: Observation): void;
  /** Called about once a control cycle, for properties that no event would show. */
  sample?(now: TrueTime): void;
  /** Once, at the end of the run: null when the property held. */
  finish(end: TrueTime): CheckResult | null;
}

/** Keeps the first violation. */
export class Violations {
  #first: Violation | null = null;
  #count = 0;

  add(at: TrueTime, message: string): void {
    if (this.#first === null) this.#first = { at, message };
    this.#count += 1;
  }

  get result(): CheckResult | null {
    return this.#first === null ? null : { first: this.#first, count: this.#count };
  }
}
