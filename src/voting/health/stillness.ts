/**
 * Stuck, or steady? A sensor that repeats its value to the last bit is stuck only if the quantity
 * moved meanwhile, and only the other channels can say whether it did. PX4 counts repetitions, and
 * so loses an airspeed sensor in steady flight; and it looks at time stamps, and so misses a frozen
 * magnetometer that is published again and again with fresh ones (PX4 #9901).
 *
 * For each channel the beginning of its present run of equal values is remembered together with
 * what each other channel said then. Each other channel is compared with itself, because channels
 * have offsets: a mean of the others would move whenever one of them is missing. The channel is
 * stuck when a majority of the others, and at least two, have since moved farther than a threshold
 * in the same direction. With fewer it cannot be said who is wrong, the one that stays or the one
 * that moves.
 *
 * The threshold is `stuckMove`, or one and a half of the finest step that the channel was ever seen
 * to make where that is more: a coarse sensor stays honestly while a fine one creeps. Before its
 * first step nothing is known of it, and the tolerance is the least that counts. And a witness has
 * moved only when it is farther away than it goes to and fro by itself: five times its mean step,
 * which for Gaussian noise is four standard deviations of the difference of two samples.
 */
import { majorityOf } from "../../kernel/ids.js";

export interface StillnessOptions {
  readonly count: number;
  readonly stuckMove: number;
  readonly tolerance: number;
}

/** One channel's run, as plain values: NaN stands for "none yet". */
export interface Run {
  value: number;
  /** The smallest change ever seen; NaN before the first. */
  finestStep: number;
  /** The mean change from closing to closing, of late; it begins with 0. */
  meanStep: number;
  /** True from the finding that it is stuck to its next change. */
  held: boolean;
  /** By channel, what it said when the run began, or when it first spoke after. */
  readonly references: number[];
}

const stepsPerMove = 1.5;
const meanStepsPerMove = 5;

/** How slowly the mean step follows: by a sixteenth of the difference. */
const meanStepSmoothing = 16;

export class Stillness {
  readonly #options: StillnessOptions;
  readonly #moversMin: number;
  readonly #runs: readonly Run[];

  constructor(options: StillnessOptions) {
    this.#options = options;
    this.#moversMin = Math.max(2, majorityOf(options.count - 1));
    this.#runs = Array.from({ length: options.count }, () => ({
      value: Number.NaN,
      finestStep: Number.NaN,
      meanStep: 0,
      held: false,
      references: new Array<number>(options.count).fill(Number.NaN),
    }));
  }

  /** The last value of a channel; NaN when it has not spoken yet. */
  lastValue(index: number): number {
    return this.#run(index).value;
  }

  /**
   * Takes in one closing, before any `isStuck` of it.
   *
   * @param values by channel, what it says now; NaN where it says nothing that can be true
   * @param isWitness by channel, whether the others may be judged by it
   */
  observe(values: readonly number[], isWitness: (index: number) => boolean): void {
    for (let index = 0; index < values.length; index += 1) {
      const value = values[index] as number;
      if (Number.isNaN(value)) continue;
      this.#noteStep(index, value);
      if (value !== this.#run(index).value) this.#begin(index, value);
    }
    for (let index = 0; index < values.length; index += 1) {
      if (!Number.isNaN(values[index]) && isWitness(index)) this.#refer(index, values);
    }
  }

  /** Whether the channel stayed while the others moved; `observe` was told of this closing. */
  isStuck(
    index: number,
    values: readonly number[],
    isWitness: (index: number) => boolean,
  ): boolean {
    const run = this.#run(index);
    const threshold = this.#thresholdOf(run);
    let up = 0;
    let down = 0;
    for (let other = 0; other < values.length; other += 1) {
      if (other === index || !isWitness(other)) continue;
      // Where either is NaN both comparisons are false: who was not there has not moved.
      const move = (values[other] as number) - (run.references[other] as number);
      const unrest = meanStepsPerMove * this.#run(other).meanStep;
      const least = Math.max(threshold, unrest);
      if (move > least) up += 1;
      else if (-move > least) down += 1;
    }
    return up >= this.#moversMin || down >= this.#moversMin;
  }

  /** Whether it was found stuck and has not changed since, wherever the others are by now. */
  isHeld(index: number): boolean {
    return this.#run(index).held;
  }

  /** The channel was excluded for being stuck: it stays stuck until its value changes. */
  hold(index: number): void {
    this.#run(index).held = true;
  }

  /** The channel is trusted again: what it said and how it moved before is no measure any more. */
  forget(index: number): void {
    this.#run(index).finestStep = Number.NaN;
    this.#run(index).meanStep = 0;
    for (const run of this.#runs) run.references[index] = Number.NaN;
  }

  run(index: number): Readonly<Run> {
    return this.#run(index);
  }

  restore(index: number, from: Readonly<Run>): void {
    const run = this.#run(index);
    run.value = from.value;
    run.finestStep = from.finestStep;
    run.meanStep = from.meanStep;
    run.held = from.held;
    from.references.forEach((reference, other) => {
      run.references[other] = reference;
    });
  }

  /** One spike must not make a channel seem restless: no step counts as more than the tolerance. */
  #noteStep(index: number, value: number): void {
    const run = this.#run(index);
    const step = Math.min(Math.abs(value - run.value), this.#options.tolerance);
    if (Number.isNaN(step)) return;
    run.meanStep += (step - run.meanStep) / meanStepSmoothing;
  }

  #begin(index: number, value: number): void {
    const run = this.#run(index);
    const step = Math.abs(value - run.value);
    if (!Number.isNaN(step) && !(step >= run.finestStep)) run.finestStep = step;
    run.value = value;
    run.held = false;
    run.references.fill(Number.NaN);
  }

  /** Notes what a witness says with every run that has nothing from it yet. */
  #refer(index: number, values: readonly number[]): void {
    for (const run of this.#runs) {
      if (Number.isNaN(run.references[index])) run.references[index] = values[index] as number;
    }
  }

  #thresholdOf(run: Run): number {
    const { stuckMove, tolerance } = this.#options;
    if (Number.isNaN(run.finestStep)) return Math.max(stuckMove, tolerance);
    return Math.max(stuckMove, stepsPerMove * run.finestStep);
  }

  #run(index: number): Run {
    return this.#runs[index] as Run;
  }
}
