/**
 * A stale read tells how old it may be at most. So its state must have everything that was
 * acknowledged longer ago than that.
 */
import type { TrueTime } from "../true-time.js";

interface Acknowledged {
  readonly at: TrueTime;
  readonly index: number;
}

/** A clock is off by so much at most, and the answer took so long to come, in true time. */
const slackUs = 2_000;

export class StaleReads {
  readonly violations: string[] = [];
  count = 0;
  withoutAge = 0;
  readonly #driftPpm: number;
  /** The highest index that was acknowledged by then; ascending. */
  readonly #acknowledged: Acknowledged[] = [];

  constructor(driftPpm: number) {
    this.#driftPpm = driftPpm;
  }

  acknowledged(now: TrueTime, index: number): void {
    const last = this.#acknowledged.at(-1);
    if (last === undefined || index > last.index) this.#acknowledged.push({ at: now, index });
  }

  answered(now: TrueTime, index: number, age: number | null): void {
    this.count += 1;
    if (age === null) {
      this.withoutAge += 1;
      return;
    }
    const old = now - slackUs - age * (1 + (2 * this.#driftPpm) / 1_000_000);
    const known = this.#acknowledged.findLast(({ at }) => at < old)?.index ?? 0;
    if (index >= known) return;
    this.violations.push(
      `a state of entry ${index} was told to be ${age} us old, but entry ${known} was acknowledged`,
    );
  }
}
