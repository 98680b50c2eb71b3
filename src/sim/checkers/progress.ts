/**
 * Liveness: once a core of nodes has healed it makes progress. In every stretch of the given length
 * each node of the core votes a value of every sensor, and somebody drives: one of the core, or a
 * node outside of it that the core lets hold the right.
 */
import { assert } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import type { Duration } from "../../kernel/time.js";
import { inSeconds } from "../describe.js";
import type { Observation } from "../observation.js";
import { later, type TrueTime } from "../true-time.js";
import { type Checker, type CheckResult, Violations } from "./checker.js";

export interface ProgressOptions {
  readonly from: TrueTime;
  readonly within: Duration;
  readonly core: readonly NodeId[];
  readonly sensors: readonly string[];
}

export class Progress implements Checker {
  readonly name: string;
  readonly #options: ProgressOptions;
  /** What this stretch still has to show. */
  readonly #missing = new Set<string>();
  #stretchEnds: TrueTime;
  readonly #violations = new Violations();

  constructor(options: ProgressOptions) {
    assert(options.within > 0, "a stretch of no length");
    this.name = `progress of ${options.core.join(", ")}`;
    this.#options = options;
    this.#stretchEnds = later(options.from, options.within);
    this.#expectAll();
  }

  observe(observation: Observation): void {
    const { at, node } = observation;
    if (at < this.#options.from) return;
    this.#endStretches(at);
    if (observation.kind === "wrote") this.#missing.delete(aDriver);
    if (!this.#options.core.includes(node)) return;
    if (observation.kind !== "reported" || observation.event.kind !== "voted") return;
    if (observation.event.verdict.value === null) return;
    this.#missing.delete(voteOf(node, observation.event.sensor));
  }

  finish(end: TrueTime): CheckResult | null {
    this.#endStretches(end);
    return this.#violations.result;
  }

  #endStretches(now: TrueTime): void {
    while (this.#stretchEnds <= now) {
      if (this.#missing.size > 0) {
        const missing = [...this.#missing].join(", ");
        const message = `in the ${inSeconds(this.#options.within)} before, ${missing} was missing`;
        this.#violations.add(this.#stretchEnds, message);
      }
      this.#expectAll();
      this.#stretchEnds = later(this.#stretchEnds, this.#options.within);
    }
  }

  #expectAll(): void {
    this.#missing.add(aDriver);
    for (const node of this.#options.core) {
      for (const sensor of this.#options.sensors) this.#missing.add(voteOf(node, sensor));
    }
  }
}

const aDriver = "a driver";
const voteOf = (node: NodeId, sensor: string): string => `a vote of ${sensor} by ${node}`;
