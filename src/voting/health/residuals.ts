/**
 * How a channel lies to the voted value, and what its distance tells when it is too far away. The
 * residual of a channel is what it says less what was voted. Of each are kept: the last one, and
 * the last that agreed; the mean of those that agreed, over few and over many; and the unrest, the
 * mean change from one to the next. The unrest is a measure of noise that no mean is subtracted in
 * or divided by: a confidence of RMS over mean gave PX4's users "crazy confidence for a dead
 * sensor, mean near zero" (PX4 #2060).
 *
 * The name of a disagreement is that of the way to it:
 *
 *     DRIFT     it left the tolerance from near its edge, and had been nearer to the value for long
 *     BIAS      it left from near the edge, where it had always been; or it jumped, and is where it
 *               was in the sample before
 *     NOISY     it is restless of late; or the sample before was too far away as well, elsewhere
 *     DISAGREE  it jumped: a spike, or the beginning of something
 *
 * With three channels and mid-value select the residual of the middle one is 0; so what is asked is
 * how restless a channel is compared with the others, each by the same value.
 *
 * All numbers are whole multiples of a grid far below the tolerance: short in a snapshot, and exact
 * when restored.
 */
import type { Tally } from "../tally.js";
import type { Complaint } from "./evidence.js";

export interface ResidualsOptions {
  readonly count: number;
  readonly tolerance: number;
  readonly biasMax: number;
  readonly noiseMax: number;
  /** How many others must be calmer for a channel to be noisy. */
  readonly othersMin: number;
}

/** One channel's residuals on the grid; NaN where there was none yet. */
export interface ResidualState {
  readonly last: number;
  /** The last one that agreed. */
  readonly agreed: number;
  readonly mean: number;
  readonly longMean: number;
  readonly unrest: number;
}

/** Steps of the grid in a tolerance; the farthest that is told apart is 2^15 tolerances. */
const gridSteps = 2 ** 24;
const lastMax = 2 ** 39;

const meanSmoothing = 16;
const longMeanSmoothing = 256;
const unrestSmoothing = 32;

/**
 * So much more restless than the others: of equally noisy channels none is by chance. A noisy one
 * of three that draws a mean along with it seems just twice as restless as the others, and is left
 * to its strikes.
 */
const restlessRatio = 2;

/** Half the tolerance is near its edge; a quarter is near one another, or restless. */
const edge = 0.5 * gridSteps;
const close = 0.25 * gridSteps;

export class Residuals {
  readonly #options: ResidualsOptions;
  readonly #last: number[];
  readonly #agreed: number[];
  readonly #mean: number[];
  readonly #longMean: number[];
  readonly #unrest: number[];
  readonly #names: Complaint[];

  constructor(options: ResidualsOptions) {
    const { count } = options;
    this.#options = options;
    this.#last = new Array<number>(count).fill(Number.NaN);
    this.#agreed = new Array<number>(count).fill(Number.NaN);
    this.#mean = new Array<number>(count).fill(Number.NaN);
    this.#longMean = new Array<number>(count).fill(Number.NaN);
    this.#unrest = new Array<number>(count).fill(0);
    this.#names = new Array<Complaint>(count).fill("DISAGREE");
  }

  /** Takes in a closing. Without a value that stands there is nothing to be far away from. */
  observe(values: readonly number[], tally: Tally): void {
    this.#names.fill("DISAGREE");
    const { tolerance } = this.#options;
    // Where only equal values agree there is no distance that means anything.
    if (!tally.stands || tolerance === 0) return;
    const scale = gridSteps / tolerance;
    for (let index = 0; index < values.length; index += 1) {
      const residual = Math.round(((values[index] as number) - tally.value) * scale) + 0;
      if (Number.isNaN(residual)) continue;
      this.#note(index, Math.max(-lastMax, Math.min(residual, lastMax)));
    }
  }

  /** What its disagreement in this closing is called, if it is one. */
  nameOf(index: number): Complaint {
    return this.#names[index] ?? "DISAGREE";
  }

  isNoisy(index: number, isWitness: (index: number) => boolean): boolean {
    const { noiseMax, tolerance, othersMin } = this.#options;
    const unrest = this.#unrest[index] as number;
    if (!(unrest * tolerance > noiseMax * gridSteps)) return false;
    let calmer = 0;
    for (let other = 0; other < this.#unrest.length; other += 1) {
      if (other === index || !isWitness(other)) continue;
      if (unrest > restlessRatio * (this.#unrest[other] as number)) calmer += 1;
    }
    return calmer >= othersMin;
  }

  /** Off by more than `biasMax` in the mean: within the tolerance, where that was made less. */
  isBiased(index: number): boolean {
    const { biasMax, tolerance } = this.#options;
    return Math.abs(this.#mean[index] as number) * tolerance > biasMax * gridSteps;
  }

  /** The channel is trusted again: how it lay before is no measure any more. */
  forget(index: number): void {
    const none = Number.NaN;
    this.restore(index, { last: none, agreed: none, mean: none, longMean: none, unrest: 0 });
  }

  state(index: number): ResidualState {
    return {
      last: this.#last[index] as number,
      agreed: this.#agreed[index] as number,
      mean: this.#mean[index] as number,
      longMean: this.#longMean[index] as number,
      unrest: this.#unrest[index] as number,
    };
  }

  restore(index: number, state: ResidualState): void {
    this.#last[index] = state.last;
    this.#agreed[index] = state.agreed;
    this.#mean[index] = state.mean;
    this.#longMean[index] = state.longMean;
    this.#unrest[index] = state.unrest;
  }

  #note(index: number, residual: number): void {
    const last = this.#last[index] as number;
    const agrees = Math.abs(residual) <= gridSteps;
    if (!agrees) this.#names[index] = this.#name(index, residual, last);
    // What it says while it disagrees is no part of how it lies when it is well.
    else this.#learn(index, residual);
    const change = Math.min(Math.abs(residual - last), 2 * gridSteps);
    if (!Number.isNaN(change)) follow(this.#unrest, index, change, unrestSmoothing);
    this.#last[index] = residual;
  }

  #learn(index: number, residual: number): void {
    this.#agreed[index] = residual;
    if (Number.isNaN(this.#mean[index])) {
      this.#mean[index] = residual;
      this.#longMean[index] = residual;
    }
    follow(this.#mean, index, residual, meanSmoothing);
    follow(this.#longMean, index, residual, longMeanSmoothing);
  }

  #name(index: number, residual: number, last: number): Complaint {
    if ((this.#unrest[index] as number) > close) return "NOISY";
    const side = Math.sign(residual);
    const agreed = (this.#agreed[index] as number) * side;
    if (agreed >= edge && Math.abs(residual) - agreed <= edge) {
      const longMean = (this.#longMean[index] as number) * side;
      return agreed - longMean >= close ? "DRIFT" : "BIAS";
    }
    if (!(Math.abs(last) > gridSteps)) return "DISAGREE";
    if (Math.abs(residual - last) <= close) return "BIAS";
    // Farther away than before on the same side: it may be on its way to somewhere.
    return last * side > 0 && Math.abs(residual) > Math.abs(last) ? "DISAGREE" : "NOISY";
  }
}

/** What is stored stays on the grid, and has no negative zero, which text does not know. */
function follow(means: number[], index: number, value: number, smoothing: number): void {
  const mean = means[index] as number;
  means[index] = mean + Math.round((value - mean) / smoothing) + 0;
}
