/** No healthy replica suspects a healthy peer, nor the voter of a healthy replica. */

import type { Facts } from "../facts.js";
import { falseAlarmOf } from "../false-alarm.js";
import type { Observation } from "../observation.js";
import type { TrueTime } from "../true-time.js";
import { type Checker, type CheckResult, Violations } from "./checker.js";

export class NoFalseSuspicion implements Checker {
  readonly name = "no-false-suspicion";
  readonly #facts: Facts;
  readonly #violations = new Violations();

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  observe(observation: Observation): void {
    const alarm = falseAlarmOf(observation, this.#facts);
    if (alarm?.kind !== "peer-suspected" && alarm?.kind !== "voter-suspected") return;
    const whom = alarm.kind === "peer-suspected" ? "" : "the voter of ";
    const message = `${observation.node} suspected ${whom}${alarm.subject}, which is healthy`;
    this.#violations.add(observation.at, message);
  }

  finish(_end: TrueTime): CheckResult | null {
    return this.#violations.result;
  }
}
