/**
 * Two questions to a Markov model that need no time: how long until the first failure, on average,
 * and in which share of time it works in the long run.
 */
import { UsageError } from "../../kernel/assert.js";
import { eliminate, ratesAmong } from "./elimination.js";
import { type MarkovModel, reachable, untilFailure } from "./model.js";

/**
 * The mean time to failure in hours, from the first state on: 0 where that one does not work,
 * infinite where failure is not certain.
 */
export function meanTimeToFailure(model: MarkovModel): number {
  const ended = untilFailure(model);
  const works = (index: number): boolean => model.states[index]?.works === true;
  if (!works(0)) return 0;
  const met = reachable(ended, 0);
  const failures = met.filter((index) => !works(index));
  // The first state is the last to go: what then is left of its row is the way to failure.
  const order = [...failures, ...met.filter(works)];
  const first = failures.length;
  const size = order.length;
  const rates = ratesAmong(ended, order);
  const stays = new Float64Array(size).fill(1);
  for (let gone = size - 1; gone > first; gone -= 1) {
    if (eliminate(rates, size, gone) === 0) return Number.POSITIVE_INFINITY;
    for (let row = first; row < gone; row += 1) {
      const share = rates[row * size + gone] as number;
      stays[row] = (stays[row] as number) + share * (stays[gone] as number);
    }
  }
  let exit = 0;
  for (let column = 0; column < first; column += 1) exit += rates[first * size + column] as number;
  // By no way at all: 1 / 0 is infinite, as it should be.
  return (stays[first] as number) / exit;
}

/**
 * The share of time in each state in the long run; 0 for one that is never entered.
 *
 * @throws UsageError unless the first state can be reached again from each that is entered: where
 *   something ends for good, the long run is its end
 */
export function steadyState(model: MarkovModel): Float64Array {
  const order = reachable(model, 0);
  const size = order.length;
  const rates = ratesAmong(model, order);
  for (let gone = size - 1; gone > 0; gone -= 1) {
    if (eliminate(rates, size, gone) > 0) continue;
    throw new UsageError("states: expected each to lead back to the first");
  }
  const shares = new Float64Array(model.states.length);
  shares[0] = 1;
  let all = 1;
  for (let at = 1; at < size; at += 1) {
    let share = 0;
    for (let row = 0; row < at; row += 1) {
      share += (shares[order[row] as number] as number) * (rates[row * size + at] as number);
    }
    shares[order[at] as number] = share;
    all += share;
  }
  return shares.map((share) => share / all);
}

/** The share of time in which the model works in the long run; as `steadyState`. */
export function steadyAvailability(model: MarkovModel): number {
  return sumWhere(model, steadyState(model), true);
}

/** The probabilities of all states that work, or of all that do not. */
export function sumWhere(model: MarkovModel, shares: Float64Array, works: boolean): number {
  let sum = 0;
  for (const [index, state] of model.states.entries()) {
    if (state.works === works) sum += shares[index] as number;
  }
  return Math.min(1, sum);
}
