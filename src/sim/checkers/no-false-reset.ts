/** The watchdog resets no node that no fault has hit. */

import type { NodeId } from "../../kernel/ids.js";
import type { Observation } from "../observation.js";
import type { TrueTime } from "../true-time.js";
import { type Checker, type CheckResult, Violations } from "./checker.js";

export class NoFalseReset implements Checker {
  readonly name = "no-false-reset";
  readonly #wasHit: (node: NodeId, now: TrueTime) => boolean;
  readonly #violations = new Violations();

  /** @param wasHit whether a fault, and not only the reset itself, makes the node faulty */
  constructor(wasHit: (node: NodeId, now: TrueTime) => boolean) {
    this.#wasHit = wasHit;
  }

  observe(observation: Observation): void {
    if (observation.kind !== "went-down" || observation.cause.kind !== "watchdog") return;
    const { at, node } = observation;
    if (this.#wasHit(node, at)) return;
    this.#violations.add(at, `the watchdog reset ${node}, which no fault had hit`);
  }

  finish(_end: TrueTime): CheckResult | null {
    return this.#violations.result;
  }
}
