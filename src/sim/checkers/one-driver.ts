/**
 * No two boards drive one output at the same true time.
 *
 * A board drives from the moment a command reaches its pins until the command's `until` on its own
 * clock, unless it is released or loses power before. Two such spans overlap exactly if one of them
 * begins while the other lasts; so it is enough to look at each write.
 */
import type { Facts } from "../facts.js";
import type { Observation } from "../observation.js";
import type { TrueTime } from "../true-time.js";
import { type Checker, type CheckResult, Violations } from "./checker.js";

export class OneDriver implements Checker {
  readonly name = "one-driver";
  readonly #facts: Facts;
  readonly #violations = new Violations();

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  observe(observation: Observation): void {
    if (observation.kind !== "wrote") return;
    const drivers = this.#facts.driversOf(observation.output);
    if (drivers.length < 2) return;
    const who = drivers.join(" and ");
    this.#violations.add(observation.at, `${who} drive ${observation.output} at once`);
  }

  finish(_end: TrueTime): CheckResult | null {
    return this.#violations.result;
  }
}
