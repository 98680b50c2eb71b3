/**
 * The voted value is available at an instant when some replica has voted one less than two control
 * cycles before. Checked is the share of true time, from the end of the start-up on.
 */
import { type Duration, micros } from "../../kernel/time.js";
import { Coverage } from "../coverage.js";
import type { Observation } from "../observation.js";
import type { TrueTime } from "../true-time.js";
import type { Checker, CheckResult } from "./checker.js";

const freshCycles = 2;

export interface AvailabilityOptions {
  readonly sensor: string;
  /** The least share that will do, from 0 to 1. */
  readonly share: number;
  readonly startup: TrueTime;
  /** The length of a control cycle. */
  readonly cycle: Duration;
}

export class Availability implements Checker {
  readonly name: string;
  readonly #options: AvailabilityOptions;
  readonly #coverage: Coverage;
  readonly #fresh: Duration;

  constructor(options: AvailabilityOptions) {
    this.name = `availability ${options.share} (${options.sensor})`;
    this.#options = options;
    this.#coverage = new Coverage(options.startup);
    this.#fresh = micros(freshCycles * options.cycle);
  }

  observe(observation: Observation): void {
    if (observation.kind !== "reported" || observation.event.kind !== "voted") return;
    const { sensor, verdict } = observation.event;
    if (sensor !== this.#options.sensor || verdict.value === null) return;
    this.#coverage.cover(observation.at, this.#fresh);
  }

  shareAt(end: TrueTime): number {
    return this.#coverage.shareAt(end);
  }

  finish(end: TrueTime): CheckResult | null {
    const { sensor, share } = this.#options;
    const reached = this.shareAt(end);
    if (reached >= share) return null;
    const seen = `a voted ${sensor} was there for ${reached.toFixed(6)} of the time`;
    const message = `${seen}, less than ${share}`;
    return { first: { at: end, message }, count: 1 };
  }
}
