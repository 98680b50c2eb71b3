/**
 * A Markov model: states, and between them transitions at constant rates. It says what formulas
 * over independent components cannot: one crew that repairs one at a time, a fault that is not
 * covered, a cause that hits all at once.
 *
 * A state works or does not. Failure is the first entry into one that does not, so every question
 * about the time to failure treats those as absorbing; questions about availability do not.
 *
 * Source: Trivedi 2002, chapter 8; Siewiorek and Swarz 1998, chapter 5.
 */
import { assert, UsageError } from "../../kernel/assert.js";
import { checkRate } from "../ranges.js";

/** The most states of a model: what is done with it takes the cube of it. */
export const statesMax = 128;

export interface MarkovState {
  readonly name: string;
  readonly works: boolean;
}

export interface MarkovTransition {
  readonly source: string;
  readonly target: string;
  readonly ratePerHour: number;
}

export interface MarkovDescription {
  /** 1 to `statesMax`, each name once. The first is the one in which everything begins. */
  readonly states: readonly MarkovState[];
  /** Two between the same states add up; one with a rate of 0 is no transition. */
  readonly transitions: readonly MarkovTransition[];
}

export interface MarkovModel {
  readonly states: readonly MarkovState[];
  /**
   * Row by row, the rate per hour from a state to another. The diagonal is 0: what a state loses is
   * the sum of its row, and is never stored, so that no difference has to be taken.
   */
  readonly rates: Float64Array;
}

/** @throws UsageError when the description contradicts itself or is too large */
export function markovModel({ states, transitions }: MarkovDescription): MarkovModel {
  const count = states.length;
  if (count < 1 || count > statesMax) {
    throw new UsageError(`states: expected 1 to ${statesMax}, got ${count}`);
  }
  const indexes = new Map(states.map(({ name }, index) => [name, index]));
  if (indexes.size < count) throw new UsageError("states: expected each name once");
  const rates = new Float64Array(count * count);
  for (const transition of transitions) {
    const at = cellOf(indexes, transition);
    rates[at] = (rates[at] as number) + transition.ratePerHour;
  }
  return { states, rates };
}

function cellOf(indexes: ReadonlyMap<string, number>, transition: MarkovTransition): number {
  const { source, target, ratePerHour } = transition;
  checkRate(`rate from "${source}" to "${target}"`, ratePerHour);
  const [row, column] = [indexes.get(source), indexes.get(target)];
  if (row === undefined) throw new UsageError(`source: expected a state, got "${source}"`);
  if (column === undefined) throw new UsageError(`target: expected a state, got "${target}"`);
  if (row === column) throw new UsageError(`"${source}": expected another state as the target`);
  return row * indexes.size + column;
}

/** The same model, ended by its first failure: no way leads out of a state that does not work. */
export function untilFailure({ states, rates }: MarkovModel): MarkovModel {
  const ended = rates.slice();
  for (const [row, { works }] of states.entries()) {
    if (!works) ended.fill(0, row * states.length, (row + 1) * states.length);
  }
  return { states, rates: ended };
}

/** The sum of a row: at which rate the state is left, per hour. */
export function exitRate({ states, rates }: MarkovModel, row: number): number {
  const count = states.length;
  assert(row >= 0 && row < count, `no such state: ${row}`);
  let sum = 0;
  for (let column = 0; column < count; column += 1) sum += rates[row * count + column] as number;
  return sum;
}

/** The greatest rate at which a state is left, per hour. */
export function greatestExit(model: MarkovModel): number {
  let greatest = 0;
  for (let row = 0; row < model.states.length; row += 1) {
    greatest = Math.max(greatest, exitRate(model, row));
  }
  return greatest;
}

/** The states that can come to be, from `start` on, in the order in which they are met. */
export function reachable({ states, rates }: MarkovModel, start: number): readonly number[] {
  const count = states.length;
  const seen = new Set([start]);
  for (const row of seen) {
    // A set is walked in the order of insertion, and what is put in on the way is walked too.
    for (let column = 0; column < count; column += 1) {
      if ((rates[row * count + column] as number) > 0) seen.add(column);
    }
  }
  return [...seen];
}
