/**
 * Smoothing: the formal majority; where there is none, the ballot nearest to what was voted last,
 * if it is within the tolerance of that (Lorczak, Caglayan and Eckhardt 1989, who name the
 * smoothing threshold apart; a sensor here has one tolerance). It bridges a moment in which the
 * others all leap at once.
 *
 * The past vouches for a value only so long: after `bridgedMax` closings in a row without a
 * majority there is none, until a majority is back. Two channels of three that fail differently for
 * good are `no-majority` then, and not the past drawn out for ever. And of two ballots that
 * disagree none stands, however near one is (see `Support`).
 */
import type { Ballots } from "./ballots.js";
import { formalMajorityOf } from "./formal-majority.js";
import type { Voter, Voting, VotingOptions } from "./voter.js";

/**
 * Fewer than the closings in which a dissenter is excluded: what the past alone vouches for must
 * not put a channel out.
 */
export const bridgedMax = 2;

export const smoothing: Voter = {
  name: "smoothing",
  support: "continuity",
  exact: false,
  open: (options: VotingOptions): Voting => new Smoothing(options),
};

class Smoothing implements Voting {
  readonly #tolerance: number;
  readonly #sorted: Float64Array;
  #last = 0;
  /** How many more closings may be bridged; while it is 0, `#last` is of no use. */
  #left = 0;

  constructor({ channels, tolerance }: VotingOptions) {
    this.#tolerance = tolerance;
    this.#sorted = new Float64Array(channels);
  }

  valueOf(ballots: Ballots): number {
    const majority = formalMajorityOf(ballots, this.#tolerance, this.#sorted);
    if (!Number.isNaN(majority) || this.#left === 0) return majority;
    return nearest(ballots, this.#last, this.#tolerance);
  }

  learn(ballots: Ballots, value: number): void {
    const majority = formalMajorityOf(ballots, this.#tolerance, this.#sorted);
    // A closing without a value counts as well: what was voted grows old all the same.
    this.#left = Number.isNaN(majority) ? Math.max(0, this.#left - 1) : bridgedMax;
    if (!Number.isNaN(value)) this.#last = value;
  }

  memory(): readonly number[] {
    return [this.#left, this.#last];
  }

  recall(memory: readonly unknown[]): boolean {
    const [left, last] = memory;
    if (memory.length !== 2 || !Number.isFinite(last)) return false;
    if (!Number.isSafeInteger(left) || (left as number) < 0) return false;
    if ((left as number) > bridgedMax) return false;
    this.#left = left as number;
    this.#last = last as number;
    return true;
  }
}

/** NaN where none is within `reach`, or two are equally near on either side. */
function nearest({ values, count }: Ballots, target: number, reach: number): number {
  let best = Number.NaN;
  let distanceMin = Number.POSITIVE_INFINITY;
  for (let index = 0; index < count; index += 1) {
    const value = values[index] as number;
    const distance = Math.abs(value - target);
    if (distance > reach || distance > distanceMin) continue;
    best = distance === distanceMin && value !== best ? Number.NaN : value;
    distanceMin = distance;
  }
  return best;
}
