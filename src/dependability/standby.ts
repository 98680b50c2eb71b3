/**
 * Spares that are cold until they are needed: they do not fail while they wait. What decides is not
 * their number but whether the failure is noticed and the spare taken into service, the coverage:
 * T. F. Arnold, "The concept of coverage and its effect on the reliability model of a repairable
 * system", IEEE Trans. Computers C-22 (1973). With a coverage of 0.9 ten spares are hardly better
 * than two.
 */
import { checkCount, checkHours, checkProbability, checkRate, groupMax } from "./ranges.js";

export interface Standby {
  /** How many wait behind the one in service: 0 to `groupMax`. */
  readonly spares: number;
  /** Of the one in service. */
  readonly failureRatePerHour: number;
  /** The probability that a failure is noticed and located. */
  readonly coverage: number;
  /** The probability that the switch works when it is asked to. */
  readonly switchReliability: number;
}

function checkStandby(standby: Standby): void {
  checkCount("spares", standby.spares, 0, groupMax);
  checkRate("failure rate", standby.failureRatePerHour);
  checkProbability("coverage", standby.coverage);
  checkProbability("reliability of the switch", standby.switchReliability);
}

/** Failures are a Poisson process; i of them are survived with (coverage times switch)^i. */
export function standbyReliability(standby: Standby, hours: number): number {
  checkStandby(standby);
  checkHours("time", hours);
  const mean = standby.failureRatePerHour * hours;
  const success = standby.coverage * standby.switchReliability;
  let term = Math.exp(-mean);
  let sum = term;
  for (let failures = 1; failures <= standby.spares; failures += 1) {
    term *= (mean * success) / failures;
    sum += term;
  }
  return Math.min(1, sum);
}

/** The mean time to failure, in hours: 1 / rate for each that gets into service. */
export function standbyMttf(standby: Standby): number {
  checkStandby(standby);
  const success = standby.coverage * standby.switchReliability;
  let term = 1;
  let sum = 1;
  for (let spare = 0; spare < standby.spares; spare += 1) {
    term *= success;
    sum += term;
  }
  return sum / standby.failureRatePerHour;
}
