/** No healthy replica excludes a healthy channel. */

import type { Facts } from "../facts.js";
import { falseAlarmOf } from "../false-alarm.js";
import type { Observation } from "../observation.js";
import type { TrueTime } from "../true-time.js";
import { type Checker, type CheckResult, Violations } from "./checker.js";

export class NoFalseExclusion implements Checker {
  readonly name = "no-false-exclusion";
  readonly #facts: Facts;
  readonly #violations = new Violations();

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  observe(observation: Observation): void {
    const alarm = falseAlarmOf(observation, this.#facts);
    if (alarm?.kind !== "channel-excluded") return;
    const { subject, reason } = alarm;
    const message = `${observation.node} excluded ${subject} (${reason}), which is healthy`;
    this.#violations.add(observation.at, message);
  }

  finish(_end: TrueTime): CheckResult | null {
    return this.#violations.result;
  }
}
