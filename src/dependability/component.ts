/**
 * One component with a constant failure rate: the exponential law. A rate is constant between the
 * early failures of a new part and its wearing out; a mean time to failure of 50 years says how
 * seldom a part fails within its service life, and not that it lives for 50 years (Siewiorek and
 * Swarz, "Reliable Computer Systems", 3rd ed. 1998, chapter 2).
 *
 * Rates are per hour, times are hours, as in data sheets.
 */
import { checkHours, checkMeanTime, checkRate } from "./ranges.js";

/** Failures in 10^9 hours are the unit of data sheets, called FIT. */
const hoursPerFit = 1e9;

/** R(t) = e^(-rate t): the probability that it works for the whole time. */
export function reliability(ratePerHour: number, hours: number): number {
  checkRate("failure rate", ratePerHour);
  checkHours("time", hours);
  return Math.exp(-ratePerHour * hours);
}

/** 1 - R(t), with all digits where R(t) is so close to 1 that the difference would lose them. */
export function unreliability(ratePerHour: number, hours: number): number {
  checkRate("failure rate", ratePerHour);
  checkHours("time", hours);
  // Not -expm1: of 0 that is -0, and no probability is written so.
  return Math.abs(Math.expm1(-ratePerHour * hours));
}

/** The rate per hour of a part whose data sheet says `fit` failures in 10^9 hours. */
export function rateOfFit(fit: number): number {
  checkRate("FIT", fit);
  return fit / hoursPerFit;
}

/** The rate per hour of a part with this mean time to failure. */
export function rateOfMttf(hours: number): number {
  checkMeanTime("MTTF", hours);
  return 1 / hours;
}

/** The mean time to failure, in hours; infinite for a rate of 0. */
export function mttfOfRate(ratePerHour: number): number {
  checkRate("failure rate", ratePerHour);
  return 1 / ratePerHour;
}
