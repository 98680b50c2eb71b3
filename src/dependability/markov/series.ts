/**
 * Several models that are all needed and fail independently. Their product would be a model again,
 * but of as many states as all combinations; the mean time to the first failure of any is the area
 * under the product of their curves of survival, and that is cheap.
 */
import { UsageError } from "../../kernel/assert.js";
import { meanTimeToFailure } from "./long-run.js";
import { greatestExit, type MarkovModel } from "./model.js";
import { curveStepsMax, survivalCurve } from "./transient.js";

/** So many steps of the curve in the time which all would last if they were exponential. */
const stepsPerLife = 64;

/**
 * A model that jumps so often in a step, which is a small part of its life, has been repaired over
 * and over before it fails. It forgets how it began, and its life is exponential (J. Keilson,
 * "Markov Chain Models: Rarity and Exponentiality", 1979); the curve would only cost digits.
 */
const forgottenJumps = 2 ** 24;

/** Where so little is left under the curve, the rest does not show. */
const survivalMin = 1e-10;

/**
 * In hours, to about six digits; infinite where nothing fails, and 0 where one does not work from
 * the start. Simpson's rule, until less than `survivalMin` survive.
 */
export function seriesMeanTimeToFailure(models: readonly MarkovModel[]): number {
  const lives = models.map((model) => ({ model, life: meanTimeToFailure(model) }));
  const mortal = lives.filter(({ life }) => Number.isFinite(life));
  if (mortal.length === 0) return Number.POSITIVE_INFINITY;
  const rate = mortal.reduce((sum, { life }) => sum + 1 / life, 0);
  if (rate === Number.POSITIVE_INFINITY) return 0;
  const step = 1 / (rate * stepsPerLife);
  const curves = mortal.map(({ model, life }) =>
    greatestExit(model) * step > forgottenJumps
      ? exponentialCurve(step / life)
      : survivalCurve(model, step),
  );
  let area = 0;
  for (let count = 0; count < curveStepsMax; count += 1) {
    const survive = curves.reduce((product, curve) => product * nextOf(curve), 1);
    // Simpson's weights: 1 at the beginning, then 4, 2, 4, 2 ...; the end has no weight left.
    if (count === 0) area += survive;
    else area += (count % 2 === 1 ? 4 : 2) * survive;
    if (survive < survivalMin) return (area * step) / 3;
  }
  throw new UsageError("models: expected curves that end within a million steps");
}

function* exponentialCurve(failuresPerStep: number): Generator<number> {
  for (let count = 0; count <= curveStepsMax; count += 1) yield Math.exp(-failuresPerStep * count);
}

function nextOf(curve: Generator<number>): number {
  const { value } = curve.next();
  return typeof value === "number" ? value : 0;
}
