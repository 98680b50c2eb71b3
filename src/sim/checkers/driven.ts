/** Somebody drives the output: the share of samples, one a cycle, in which some board does. */
import type { Facts } from "../facts.js";
import type { Observation } from "../observation.js";
import type { TrueTime } from "../true-time.js";
import type { Checker, CheckResult } from "./checker.js";

export interface DrivenOptions {
  readonly output: string;
  /** The least share that will do, from 0 to 1. */
  readonly share: number;
  readonly startup: TrueTime;
}

export class Driven implements Checker {
  readonly name: string;
  readonly #facts: Facts;
  readonly #options: DrivenOptions;
  #samples = 0;
  #driven = 0;

  constructor(facts: Facts, options: DrivenOptions) {
    this.name = `driven ${options.share} (${options.output})`;
    this.#facts = facts;
    this.#options = options;
  }

  observe(_observation: Observation): void {}

  sample(now: TrueTime): void {
    if (now < this.#options.startup) return;
    this.#samples += 1;
    if (this.#facts.driversOf(this.#options.output).length > 0) this.#driven += 1;
  }

  get share(): number {
    return this.#samples === 0 ? 1 : this.#driven / this.#samples;
  }

  finish(end: TrueTime): CheckResult | null {
    const { output, share } = this.#options;
    if (this.share >= share) return null;
    const seen = `${output} was driven for ${this.share.toFixed(6)} of the time`;
    const message = `${seen}, less than ${share}`;
    return { first: { at: end, message }, count: 1 };
  }
}
