/**
 * While a majority of its channels is correct, the value that a correct replica votes is near to
 * the truth. With more faulty channels than that nobody can promise it, and nothing is checked.
 */
import { majorityOf } from "../../kernel/ids.js";
import type { Facts } from "../facts.js";
import type { Observation } from "../observation.js";
import type { TrueTime } from "../true-time.js";
import { type Checker, type CheckResult, Violations } from "./checker.js";

export interface VotedWithinOptions {
  readonly sensor: string;
  /** In the sensor's unit. */
  readonly within: number;
}

export class VotedWithin implements Checker {
  readonly name: string;
  readonly #facts: Facts;
  readonly #options: VotedWithinOptions;
  readonly #channels: readonly string[];
  readonly #violations = new Violations();

  constructor(facts: Facts, options: VotedWithinOptions) {
    this.name = `voted-within ${options.within} (${options.sensor})`;
    this.#facts = facts;
    this.#options = options;
    this.#channels = facts.channelsOf(options.sensor);
  }

  observe(observation: Observation): void {
    if (observation.kind !== "reported" || observation.event.kind !== "voted") return;
    const { sensor, verdict, cycle } = observation.event;
    if (sensor !== this.#options.sensor || verdict.value === null) return;
    const { at, node } = observation;
    const truth = this.#facts.truth(at, sensor);
    if (Math.abs(verdict.value - truth) <= this.#options.within) return;
    if (this.#facts.isNodeFaulty(node, at) || !this.#hasCorrectMajority(at)) return;
    const { value } = verdict;
    const vote = `${node} voted ${sensor} = ${round(value)} in cycle ${cycle}`;
    const message = `${vote}; the truth is ${round(truth)}`;
    this.#violations.add(at, message);
  }

  finish(_end: TrueTime): CheckResult | null {
    return this.#violations.result;
  }

  #hasCorrectMajority(at: TrueTime): boolean {
    const correct = this.#channels.filter((channel) => !this.#facts.isChannelFaulty(channel, at));
    return correct.length >= majorityOf(this.#channels.length);
  }
}

const round = (value: number): number => Number(value.toPrecision(6));
