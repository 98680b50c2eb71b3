/**
 * No healthy replica suspects a healthy peer or gives it up for dead, nor suspects the voter of a
 * healthy replica.
 */

import type { Facts } from "../facts.js";
import { type Alarm, falseAlarmOf } from "../false-alarm.js";
import type { Observation } from "../observation.js";
import type { TrueTime } from "../true-time.js";
import { type Checker, type CheckResult, Violations } from "./checker.js";

const accusations: Readonly<Partial<Record<Alarm["kind"], string>>> = {
  "peer-suspected": "suspected",
  "member-died": "gave up",
  "voter-suspected": "suspected the voter of",
};

export class NoFalseSuspicion implements Checker {
  readonly name = "no-false-suspicion";
  readonly #facts: Facts;
  readonly #violations = new Violations();

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  observe(observation: Observation): void {
    const alarm = falseAlarmOf(observation, this.#facts);
    const words = alarm === null ? undefined : accusations[alarm.kind];
    if (alarm === null || words === undefined) return;
    const message = `${observation.node} ${words} ${alarm.subject}, which is healthy`;
    this.#violations.add(observation.at, message);
  }

  finish(_end: TrueTime): CheckResult | null {
    return this.#violations.result;
  }
}
