/**
 * Modules behind a voter. Source: R. E. Lyons and W. Vanderkulk, "The use of triple-modular
 * redundancy to improve computer reliability", IBM Journal 6 (1962); B. W. Johnson, "Design and
 * Analysis of Fault-Tolerant Digital Systems", 1989, chapters 1 and 4.
 *
 * All functions are over reliabilities for one and the same time.
 */
import { majorityOf } from "../kernel/ids.js";
import { rateOfMttf } from "./component.js";
import { kOfN } from "./groups.js";
import { checkCount, checkProbability } from "./ranges.js";

/** The reliability below which three modules and a perfect voter are worse than one module. */
export const tmrCrossover = 0.5;

/** How many stages of a cascade are foreseen. */
export const stagesMax = 1_000;

/** Triple modular redundancy with a perfect voter: 3 R^2 - 2 R^3. */
export const tmr = (module: number): number => nmr(3, module, 1);

/**
 * `n` modules and one voter in series: a majority of the modules must work, and the voter. The
 * voter is a single point: three modules behind a voter worse than they are gain nothing.
 *
 * @param n 1 to `groupMax`; an even number needs n/2 + 1, and gains nothing over n - 1
 */
export function nmr(n: number, module: number, voter: number): number {
  checkProbability("reliability of the voter", voter);
  return voter * kOfN(majorityOf(n), n, module);
}

/**
 * A cascade of `stages`, each of `n` modules with a voter of its own in front of each module: a
 * voter that fails spoils the one module behind it, so voter and module count as one part that can
 * be outvoted. Whoever reads the last stage votes for himself, and is not in it.
 */
export function nmrWithVoters(n: number, module: number, voter: number, stages: number): number {
  checkProbability("reliability of the voter", voter);
  checkProbability("reliability of the module", module);
  checkCount("stages", stages, 1, stagesMax);
  return kOfN(majorityOf(n), n, module * voter) ** stages;
}

/** The mission, in hours, from which on one module alone is better than three: MTTF ln 2. */
export const tmrCrossoverHours = (mttfHours: number): number => Math.LN2 / rateOfMttf(mttfHours);

/** Three modules without repair fail sooner than one alone: 5/6 of its MTTF, in hours. */
export const tmrMttf = (mttfHours: number): number => 5 / (6 * rateOfMttf(mttfHours));

/**
 * Two modules that are compared. When they differ, a fault was detected; `coverage` is the
 * probability that it is also located, so that the right one goes on alone (Johnson 1989, section
 * 4.3). Without any, two fail sooner than one, but never silently.
 *
 * @param comparator reliability of what compares; it is in series
 */
export function duplex(module: number, coverage: number, comparator: number): number {
  checkProbability("reliability of the module", module);
  checkProbability("coverage", coverage);
  checkProbability("reliability of the comparator", comparator);
  return comparator * (module * module + 2 * coverage * module * (1 - module));
}
