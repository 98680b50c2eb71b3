/**
 * Common cause by the beta-factor model: of all failures of a component the share beta has a cause
 * that takes the whole group down at once (one supply, one program, one lightning), and the rest is
 * its own. Source: K. N. Fleming, "A reliability model for common mode failures in redundant safety
 * systems", 1975; IEC 61508-6, annex D, which gives 1 to 10 percent for hardware.
 *
 * It is what bounds redundancy: with a beta of 5 percent the group is never more than twenty times
 * better than one component, however many there are.
 */
import { reliability } from "./component.js";
import { kOfN } from "./groups.js";
import { checkProbability, checkRate } from "./ranges.js";

export interface SplitRate {
  /** Of each component on its own, per hour. */
  readonly ownPerHour: number;
  /** Of the whole group at once, per hour. */
  readonly commonPerHour: number;
}

/** @param beta share of the failures that are common, 0 to 1 */
export function splitByBeta(ratePerHour: number, beta: number): SplitRate {
  checkRate("failure rate", ratePerHour);
  checkProbability("beta", beta);
  return { ownPerHour: (1 - beta) * ratePerHour, commonPerHour: beta * ratePerHour };
}

/** The reliability over `hours` of k of n alike, with common cause and without repair. */
export function kOfNWithCommonCause(k: number, n: number, rate: SplitRate, hours: number): number {
  const own = reliability(rate.ownPerHour, hours);
  return reliability(rate.commonPerHour, hours) * kOfN(k, n, own);
}
