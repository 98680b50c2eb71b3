/** A machine never throws: what it throws is a failed assertion, and that is a bug of ours. */
import type { Observation } from "../observation.js";
import type { TrueTime } from "../true-time.js";
import { type Checker, type CheckResult, Violations } from "./checker.js";

export class MachineThrows implements Checker {
  readonly name = "machine-throws";
  readonly #violations = new Violations();

  observe(observation: Observation): void {
    if (observation.kind !== "went-down" || observation.cause.kind !== "threw") return;
    this.#violations.add(observation.at, `${observation.node}: ${observation.cause.message}`);
  }

  finish(_end: TrueTime): CheckResult | null {
    return this.#violations.result;
  }
}
