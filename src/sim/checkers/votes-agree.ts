/**
 * Correct replicas that vote the same cycle differ by no more than a given amount: they may have
 * seen different vectors, but a majority of correct channels keeps the middle together.
 */
import type { NodeId } from "../../kernel/ids.js";
import type { Facts } from "../facts.js";
import type { Observation } from "../observation.js";
import type { TrueTime } from "../true-time.js";
import { type Checker, type CheckResult, Violations } from "./checker.js";

export interface VotesAgreeOptions {
  readonly sensor: string;
  /** In the sensor's unit. */
  readonly within: number;
}

/** How many cycles back votes are compared; slower replicas are compared with nobody. */
const cyclesMax = 16;

export class VotesAgree implements Checker {
  readonly name: string;
  readonly #facts: Facts;
  readonly #options: VotesAgreeOptions;
  /** By cycle, the votes of it; the newest cycles only. */
  readonly #votes = new Map<number, Map<NodeId, number>>();
  readonly #violations = new Violations();

  constructor(facts: Facts, options: VotesAgreeOptions) {
    this.name = `votes-agree ${options.within} (${options.sensor})`;
    this.#facts = facts;
    this.#options = options;
  }

  observe(observation: Observation): void {
    if (observation.kind !== "reported" || observation.event.kind !== "voted") return;
    const { sensor, verdict, cycle } = observation.event;
    const { at, node } = observation;
    if (sensor !== this.#options.sensor || verdict.value === null) return;
    if (this.#facts.isNodeFaulty(node, at)) return;
    const known = this.#votesOf(cycle);
    for (const [other, value] of known) {
      if (other === node || Math.abs(value - verdict.value) <= this.#options.within) continue;
      const votes = `${other} voted ${value} and ${node} ${verdict.value}`;
      const message = `${votes} for ${sensor} in cycle ${cycle}`;
      this.#violations.add(at, message);
    }
    known.set(node, verdict.value);
  }

  finish(_end: TrueTime): CheckResult | null {
    return this.#violations.result;
  }

  #votesOf(cycle: number): Map<NodeId, number> {
    const known = this.#votes.get(cycle);
    if (known !== undefined) return known;
    const votes = new Map<NodeId, number>();
    this.#votes.set(cycle, votes);
    for (const oldest of this.#votes.keys()) {
      if (this.#votes.size <= cyclesMax) break;
      this.#votes.delete(oldest);
    }
    return votes;
  }
}
