/**
 * Dead, or quiet? A sensor whose cable came off may go on to say something, with a little noise of
 * its converter: it is not stuck to the last bit. But its activity has collapsed while that of the
 * others has not.
 *
 * The activity of a channel is its mean second difference, so a ramp that all follow is none. It is
 * taken over few closings and over many, and each channel is compared with its own past, and its
 * others with theirs. A mean near zero is no measure of anything here: see PX4 #2060.
 *
 * What a channel says of its past counts only where it says something: its past activity was more
 * than two of the finest steps that it makes, or its silence between two steps would be death; and
 * the others were at most twice as active, or what moved it need not show in their noise, and at
 * least half as active, or it was too noisy before. So a coarse sensor is never dead, and neither
 * is one in a world that came to rest, or that was mended.
 *
 * All numbers are whole multiples of a grid far below the tolerance, as in residuals.ts.
 */
export interface ActivityOptions {
  readonly count: number;
  readonly tolerance: number;
  readonly deadRatio: number;
  /** How many others must be as active as ever for a channel to be dead. */
  readonly othersMin: number;
}

/** One channel's activity on the grid; NaN where there is none yet. */
export interface ActivityState {
  /** What it said last, and how far that was from what it said before, while it agreed. */
  readonly level: number;
  readonly step: number;
  readonly present: number;
  readonly past: number;
  /** Closings that the past was learnt from, up to `pastSamples`. */
  readonly seen: number;
  /** Excluded for being dead, and not come alive since. */
  readonly held: boolean;
}

type Mutable = { -readonly [Key in keyof ActivityState]: ActivityState[Key] };

const gridSteps = 2 ** 24;
export const levelMax = 2 ** 51;

const presentSamples = 32;
export const pastSamples = 256;

const stepsMin = 2;
const otherRatioMax = 2;

/** What counts as "as active as ever": a mean over `presentSamples` is seldom lower by itself. */
const livelyRatio = 0.7;

/** Twice the ratio of death brings back to life: else it would come and go. */
const revivalRatio = 2;

export class Activity {
  readonly #options: ActivityOptions;
  readonly #states: readonly Mutable[];

  constructor(options: ActivityOptions) {
    this.#options = options;
    this.#states = Array.from({ length: options.count }, fresh);
  }

  /**
   * Takes in what a channel says.
   *
   * @param value NaN for nothing
   * @param voted what was voted; NaN for nothing
   * @param counts whether its past may be learnt from
   */
  observe(index: number, value: number, voted: number, counts: boolean): void {
    const { tolerance } = this.#options;
    if (Number.isNaN(value) || tolerance === 0) return;
    const state = this.#state(index);
    // A negative zero would not survive a snapshot as text: adding 0 makes it positive.
    const raw = Math.round((value * gridSteps) / tolerance) + 0;
    // A spike is no activity, and neither are the ways to it and back.
    const agrees = Math.abs(value - voted) <= tolerance;
    const level = agrees ? Math.max(-levelMax, Math.min(raw, levelMax)) : Number.NaN;
    const step = level - state.level;
    const change = Math.abs(step - state.step);
    state.level = level;
    state.step = step;
    if (!Number.isNaN(change)) this.#learn(state, Math.min(change, gridSteps), counts);
  }

  /**
   * Whether the channel has died; `observe` was told of all channels of this closing.
   *
   * @param finestStep the smallest change that it was seen to make, in the sensor's unit
   */
  isDead(index: number, finestStep: number, isWitness: (other: number) => boolean): boolean {
    const { deadRatio, tolerance, othersMin } = this.#options;
    const { present, past, seen } = this.#state(index);
    if (seen < pastSamples || !(present < deadRatio * past)) return false;
    if (!(past * tolerance > stepsMin * finestStep * gridSteps)) return false;
    let lively = 0;
    for (let other = 0; other < this.#states.length; other += 1) {
      if (other !== index && isWitness(other) && this.#isLively(other, past)) lively += 1;
    }
    return lively >= othersMin;
  }

  /** Whether it was found dead and is not alive again, whatever the others do by now. */
  isHeld(index: number): boolean {
    return this.#state(index).held;
  }

  /** The channel was excluded for being dead. */
  hold(index: number): void {
    this.#state(index).held = true;
  }

  /** The channel is trusted again: its activity before is no measure any more. */
  forget(index: number): void {
    this.restore(index, fresh());
  }

  state(index: number): ActivityState {
    return this.#state(index);
  }

  restore(index: number, from: ActivityState): void {
    Object.assign(this.#state(index), from);
  }

  #learn(state: Mutable, change: number, counts: boolean): void {
    if (counts && state.seen < pastSamples) state.seen += 1;
    // Over the first closings it is their plain mean: what the first said must not weigh for long.
    const samples = Math.max(1, state.seen);
    state.present += Math.round((change - state.present) / Math.min(samples, presentSamples));
    if (counts) state.past += Math.round((change - state.past) / samples);
    const { deadRatio } = this.#options;
    if (state.present >= revivalRatio * deadRatio * state.past) state.held = false;
  }

  #isLively(other: number, pastOfIts: number): boolean {
    const { present, past, seen } = this.#state(other);
    if (seen < pastSamples || past > otherRatioMax * pastOfIts) return false;
    if (past * otherRatioMax < pastOfIts) return false;
    return present >= livelyRatio * past;
  }

  #state(index: number): Mutable {
    return this.#states[index] as Mutable;
  }
}

const fresh = (): ActivityState => ({
  level: Number.NaN,
  step: Number.NaN,
  present: 0,
  past: 0,
  seen: 0,
  held: false,
});
