/**
 * Takes one state after the other out of a Markov model and gives its rates to those that lead into
 * it. That is Gaussian elimination with each diagonal written as the sum of its row, so that only
 * positive numbers are added, multiplied and divided: W. K. Grassmann, M. I. Taksar and D. P.
 * Heyman, "Regenerative analysis and steady state distributions for Markov chains", Operations
 * Research 33 (1985).
 *
 * The usual elimination subtracts numbers that differ by the ratio of a failure rate to a repair
 * rate. It loses all digits where repair is fast and redundancy deep, which are the models that one
 * wants to know about.
 */
import { assert } from "../../kernel/assert.js";
import type { MarkovModel } from "./model.js";

/** The rates among the states of `order`, row by row, in that order. */
export function ratesAmong(model: MarkovModel, order: readonly number[]): Float64Array {
  const size = model.states.length;
  const rates = new Float64Array(order.length * order.length);
  for (const [row, source] of order.entries()) {
    for (const [column, target] of order.entries()) {
      const rate = model.rates[source * size + target] as number;
      rates[row * order.length + column] = rate;
    }
  }
  return rates;
}

/**
 * Takes out the state `gone`; those behind it must be gone already. In its column it leaves, for
 * each state before it, how often `gone` is visited from there per hour, times its mean stay: what
 * the callers need to bring it back in. Gives the rate at which `gone` was left; with 0 nothing was
 * changed, for who gets there stays.
 */
export function eliminate(rates: Float64Array, size: number, gone: number): number {
  assert(gone > 0 && gone < size, `not a state that can go: ${gone}`);
  let exit = 0;
  for (let column = 0; column < gone; column += 1) exit += rates[gone * size + column] as number;
  if (exit === 0) return 0;
  for (let row = 0; row < gone; row += 1) {
    const share = (rates[row * size + gone] as number) / exit;
    rates[row * size + gone] = share;
    if (share > 0) addRow(rates, size, row, gone, share);
  }
  return exit;
}

/** Adds `share` of the row `gone` to `row`. Back to where one came from is no transition. */
function addRow(rates: Float64Array, size: number, row: number, gone: number, share: number): void {
  for (let column = 0; column < gone; column += 1) {
    if (column === row) continue;
    const at = row * size + column;
    rates[at] = (rates[at] as number) + share * (rates[gone * size + column] as number);
  }
}
