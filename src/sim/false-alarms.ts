/** The tally of false alarms: who accused whom of what, and how often. */

import type { Facts } from "./facts.js";
import { falseAlarmOf } from "./false-alarm.js";
import type { Observation } from "./observation.js";
import type { ReportedAlarm } from "./report.js";

/** So many different ones are told apart; further ones are left out. */
const alarmsMax = 200;

export class FalseAlarms {
  readonly #facts: Facts;
  readonly #alarms = new Map<string, ReportedAlarm>();

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  observe(observation: Observation): void {
    const alarm = falseAlarmOf(observation, this.#facts);
    if (alarm === null) return;
    const { node } = observation;
    const { kind, subject, reason } = alarm;
    const key = `${node} ${kind} ${subject} ${reason}`;
    const known = this.#alarms.get(key);
    if (known === undefined && this.#alarms.size >= alarmsMax) return;
    const count = (known?.count ?? 0) + 1;
    this.#alarms.set(key, { node, alarm: kind, subject, reason, count });
  }

  get all(): readonly ReportedAlarm[] {
    return [...this.#alarms.values()];
  }
}
