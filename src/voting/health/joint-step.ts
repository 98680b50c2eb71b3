/**
 * A common cause: all channels change together as the quantity cannot, because what they share has
 * failed (their supply, their ground, the mux that they are behind). No voter can find out; but a
 * step that a majority makes in one closing, farther than the quantity moves, is reason to doubt
 * the verdict, and nobody's exclusion. It also is what two of three that lie alike look like.
 *
 * The doubt lasts for `doubtSamples` closings after the last such step: by then a quantity that did
 * move has been confirmed as often as a channel on its way back.
 */
import { majorityOf } from "../../kernel/ids.js";
import type { Instant } from "../../kernel/time.js";
import type { Caveat, SensorEvent } from "../voter.js";

/** As long as a quarantine, unless that was configured. */
export const doubtSamples = 10;

const reason = "COMMON_MODE_SUSPECT";

export interface CommonModeState {
  /** Bit k is set where channel k spoke in the last closing. */
  readonly spoke: number;
  readonly since: Instant | null;
  readonly left: number;
}

export class CommonMode {
  readonly #stepMax: number;
  #spoke = 0;
  #since: Instant | null = null;
  #left = 0;

  /** @param stepMax in the sensor's unit */
  constructor(stepMax: number) {
    this.#stepMax = stepMax;
  }

  /** What the verdict is to say of it. */
  get caveat(): Caveat | null {
    return this.#since === null ? null : { reason, since: this.#since };
  }

  /**
   * Looks at a closing, before its vote.
   *
   * @param values by channel; NaN for nothing
   * @param before what a channel said last
   * @param counts whether it counts in the vote
   */
  look(
    now: Instant,
    values: readonly number[],
    before: (index: number) => number,
    counts: (index: number) => boolean,
  ): SensorEvent | null {
    const suspicious = this.#isCommonStep(values, before, counts);
    this.#spoke = 0;
    for (let index = 0; index < values.length; index += 1) {
      if (!Number.isNaN(values[index])) this.#spoke = (this.#spoke | (1 << index)) >>> 0;
    }
    return suspicious ? this.#suspect(now) : this.#relax();
  }

  /** A closing that the voter was late for: from it on, steps are no steps of one closing. */
  skip(): void {
    this.#spoke = 0;
  }

  setBack(by: number): void {
    if (this.#since !== null) this.#since = Math.max(0, this.#since - by) as Instant;
  }

  state(): CommonModeState {
    return { spoke: this.#spoke, since: this.#since, left: this.#left };
  }

  restore(state: CommonModeState): void {
    this.#spoke = state.spoke;
    this.#since = state.since;
    this.#left = state.left;
  }

  #isCommonStep(
    values: readonly number[],
    before: (index: number) => number,
    counts: (index: number) => boolean,
  ): boolean {
    let speaking = 0;
    let up = 0;
    let down = 0;
    for (let index = 0; index < values.length; index += 1) {
      if (Number.isNaN(values[index]) || !counts(index)) continue;
      speaking += 1;
      if (((this.#spoke >>> index) & 1) === 0) continue;
      const step = (values[index] as number) - before(index);
      if (step > this.#stepMax) up += 1;
      else if (-step > this.#stepMax) down += 1;
    }
    // One channel that steps alone is a spike of its own.
    return Math.max(up, down) >= Math.max(2, majorityOf(speaking));
  }

  #suspect(now: Instant): SensorEvent | null {
    this.#left = doubtSamples;
    if (this.#since !== null) return null;
    this.#since = now;
    return { kind: "sensor-suspected", reason };
  }

  #relax(): SensorEvent | null {
    if (this.#since === null) return null;
    this.#left -= 1;
    if (this.#left > 0) return null;
    this.#since = null;
    return { kind: "sensor-cleared", reason };
  }
}
