/**
 * Where a Markov model is after a time: uniformization with squaring.
 *
 * Uniformization (A. Jensen, 1953; Trivedi 2002, section 8.3) turns the model into one that jumps
 * at a rate L, the greatest rate at which a state is left, and sometimes jumps to where it is: with
 * P the matrix of the jumps, the probabilities after t are the Poisson mixture of the powers of P.
 * It adds positive numbers only. But it takes about L t steps, and a repair of minutes in a mission
 * of decades is ten million. So the mixture is taken for a time of at most 1 / L, where it has few
 * terms, and that matrix is squared until the time is reached, which is twenty-four products. A
 * solver of differential equations is worse at just this, the ratio of the rates; and a general
 * matrix exponential adds numbers of both signs.
 *
 * Error: the terms left out of the short step are below 1 / 21!. Rounding makes a relative error of
 * at most (2 n + 20) 2^-53 in each of its probabilities, which the squarings grow by L t.
 * `transientErrorBound` gives it: 10^-11 for L t of a thousand, 10^-8 for a million, in a small
 * model. It is relative: small probabilities keep their digits too.
 */
import { UsageError } from "../../kernel/assert.js";
import { checkHours } from "../ranges.js";
import { sumWhere } from "./long-run.js";
import { exitRate, greatestExit, type MarkovModel, untilFailure } from "./model.js";

/** The greatest L t that is accepted, in jumps. The bound of the error is then 10^-4 at most. */
export const jumpsMax = 2 ** 30;

/** So many terms of the mixture more than there are states: each state is reached by some. */
const termsBeyondStates = 20;

/** The most steps of a curve. */
export const curveStepsMax = 1_000_000;

/** By which relative error a probability of `transient` may be off, at most. */
export function transientErrorBound(model: MarkovModel, hours: number): number {
  const terms = 2 * model.states.length + termsBeyondStates;
  return (1 + greatestExit(model) * hours) * terms * 2 ** -52;
}

/**
 * The probability of each state after `hours`, beginning in the first.
 *
 * @throws UsageError for a time in which the model jumps more often than `jumpsMax`
 */
export function transient(model: MarkovModel, hours: number): Float64Array {
  return propagator(model, hours).slice(0, model.states.length);
}

/** The probability that the model works without a failure for `hours`: R(t). */
export function survival(model: MarkovModel, hours: number): number {
  return sumWhere(model, transient(untilFailure(model), hours), true);
}

/** 1 - `survival`, with all digits where that is close to 1. */
export function failureProbability(model: MarkovModel, hours: number): number {
  return sumWhere(model, transient(untilFailure(model), hours), false);
}

/** R(t) at 0, `stepHours`, 2 `stepHours` ..., for as long as one goes on reading. */
export function* survivalCurve(model: MarkovModel, stepHours: number): Generator<number> {
  const ended = untilFailure(model);
  const size = model.states.length;
  const step = propagator(ended, stepHours);
  let now = new Float64Array(size);
  now[0] = 1;
  for (let count = 0; count <= curveStepsMax; count += 1) {
    yield sumWhere(model, now, true);
    now = times(now, step, 1, size);
  }
}

/** Row by row, the probability to be in a state after `hours`, from each state on. */
function propagator(model: MarkovModel, hours: number): Float64Array<ArrayBuffer> {
  checkHours("time", hours);
  const size = model.states.length;
  const jumps = greatestExit(model) * hours;
  if (!(jumps <= jumpsMax)) {
    const got = `got ${jumps.toExponential(1)}`;
    throw new UsageError(`time: expected at most ${jumpsMax} jumps of the model in it, ${got}`);
  }
  const squarings = jumps <= 1 ? 0 : Math.ceil(Math.log2(jumps));
  let matrix = shortStep(model, jumps / 2 ** squarings);
  for (let count = 0; count < squarings; count += 1) {
    matrix = times(matrix, matrix, size, size);
    makeDistributions(matrix, size);
  }
  return matrix;
}

/** The mixture for at most one jump on average, summed from the last term inward (Horner). */
function shortStep(model: MarkovModel, jumps: number): Float64Array<ArrayBuffer> {
  const size = model.states.length;
  let sum = unit(size);
  if (jumps === 0) return sum;
  const jump = jumpMatrix(model);
  for (let term = size + termsBeyondStates; term > 0; term -= 1) {
    const product = times(jump, sum, size, size);
    for (const [at, value] of product.entries()) product[at] = value * (jumps / term);
    for (let row = 0; row < size; row += 1) {
      product[row * size + row] = 1 + (product[row * size + row] as number);
    }
    sum = product;
  }
  // Every row is a distribution but for e^-jumps, so there is no need to multiply by that.
  makeDistributions(sum, size);
  return sum;
}

/** Where a jump leads, row by row; what is left more slowly than at L often jumps to itself. */
function jumpMatrix(model: MarkovModel): Float64Array<ArrayBuffer> {
  const size = model.states.length;
  const greatest = greatestExit(model);
  const jump = new Float64Array(size * size);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      jump[row * size + column] = (model.rates[row * size + column] as number) / greatest;
    }
    jump[row * size + row] = (greatest - exitRate(model, row)) / greatest;
  }
  return jump;
}

/** A product of `height` by `size` and `size` by `size`. */
function times(
  left: Float64Array,
  right: Float64Array,
  height: number,
  size: number,
): Float64Array<ArrayBuffer> {
  const product = new Float64Array(height * size);
  for (let row = 0; row < height; row += 1) {
    for (let inner = 0; inner < size; inner += 1) {
      addScaled(product, row * size, right, inner * size, left[row * size + inner] as number, size);
    }
  }
  return product;
}

function addScaled(
  sum: Float64Array,
  sumAt: number,
  row: Float64Array,
  rowAt: number,
  factor: number,
  size: number,
): void {
  if (factor === 0) return;
  for (let column = 0; column < size; column += 1) {
    sum[sumAt + column] =
      (sum[sumAt + column] as number) + factor * (row[rowAt + column] as number);
  }
}

/** Rounding must not make probability grow or vanish, which squaring would double each time. */
function makeDistributions(matrix: Float64Array, size: number): void {
  for (let row = 0; row < size; row += 1) {
    let sum = 0;
    for (let at = row * size; at < (row + 1) * size; at += 1) sum += matrix[at] as number;
    for (let at = row * size; at < (row + 1) * size; at += 1) {
      matrix[at] = (matrix[at] as number) / sum;
    }
  }
}

function unit(size: number): Float64Array<ArrayBuffer> {
  const matrix = new Float64Array(size * size);
  for (let row = 0; row < size; row += 1) matrix[row * size + row] = 1;
  return matrix;
}
