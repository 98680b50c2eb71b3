/**
 * Many runs of one scenario with different seeds, summed up: what failed, and how it is replayed.
 */
import type { ReportedViolation, SimReport, SimVerdict } from "./report.js";

/** So many bad runs are listed one by one; further ones are only counted. */
const listedMax = 50;

export interface BadRun {
  readonly seed: number;
  readonly verdict: Exclude<SimVerdict, "passed">;
  readonly replay: string;
  /** One sentence each. */
  readonly reasons: readonly string[];
}

export interface SweepReport {
  readonly scenario: string;
  readonly verdict: SimVerdict;
  readonly firstSeed: number;
  readonly runs: number;
  readonly passed: number;
  readonly failed: number;
  readonly invalid: number;
  /** The bad runs, by seed, the first ones only. */
  readonly bad: readonly BadRun[];
  /** Faults that took effect in not one of the runs: they test nothing. */
  readonly idleFaults: readonly string[];
  /** By sensor, the least share of time of any run. */
  readonly availabilityMin: Readonly<Record<string, number>>;
  readonly falseAlarms: number;
  readonly steps: number;
  /** By fault, how often it took effect. */
  readonly faultsEffective: Readonly<Record<string, number>>;
}

export class Sweep {
  readonly #faults: Map<string, number>;
  readonly #firstSeed: number;
  readonly #scenario: string;
  readonly #bad: BadRun[] = [];
  readonly #verdicts = { passed: 0, failed: 0, invalid: 0 };
  readonly #availability = new Map<string, number>();
  #falseAlarms = 0;
  #steps = 0;

  /** @param faults the names of the scenario's faults */
  constructor(scenario: string, firstSeed: number, faults: readonly string[]) {
    this.#scenario = scenario;
    this.#firstSeed = firstSeed;
    this.#faults = new Map(faults.map((name) => [name, 0]));
  }

  add(report: SimReport): void {
    const { seed, verdict, replay } = report;
    this.#verdicts[verdict] += 1;
    this.#steps += report.counts.steps;
    for (const { count } of report.falseAlarms) this.#falseAlarms += count;
    for (const [sensor, share] of Object.entries(report.availability)) {
      this.#availability.set(sensor, Math.min(share, this.#availability.get(sensor) ?? 1));
    }
    for (const { name, effectAt } of report.faults) {
      if (effectAt !== null) this.#faults.set(name, (this.#faults.get(name) ?? 0) + 1);
    }
    if (verdict === "passed" || this.#bad.length >= listedMax) return;
    this.#bad.push({ seed, verdict, replay, reasons: reasonsOf(report) });
  }

  get bad(): readonly BadRun[] {
    return this.#bad;
  }

  result(): SweepReport {
    const { passed, failed, invalid } = this.#verdicts;
    const idleFaults = [...this.#faults].flatMap(([name, count]) => (count === 0 ? [name] : []));
    const idle = invalid > 0 || idleFaults.length > 0;
    return {
      scenario: this.#scenario,
      verdict: failed > 0 ? "failed" : idle ? "invalid" : "passed",
      firstSeed: this.#firstSeed,
      runs: passed + failed + invalid,
      passed,
      failed,
      invalid,
      bad: this.#bad,
      idleFaults,
      availabilityMin: Object.fromEntries(this.#availability),
      falseAlarms: this.#falseAlarms,
      steps: this.#steps,
      faultsEffective: Object.fromEntries(this.#faults),
    };
  }
}

/** Why a run is not passed, one sentence each. */
export function reasonsOf(report: SimReport): readonly string[] {
  const unmet = report.expectations.filter(({ outcome }) => outcome === "unmet");
  return [
    ...report.violations.map(describeViolation),
    ...unmet.map(({ expectation, message }) => `expected ${expectation}; ${message}`),
    ...report.invalid,
  ];
}

export const describeViolation = ({ checker, at, message, count }: ReportedViolation): string => {
  const times = count === 1 ? "" : ` (and ${count - 1} more)`;
  return `${checker}: at ${(at / 1_000_000).toFixed(6)} s ${message}${times}`;
};
