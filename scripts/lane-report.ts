/**
 * The report of a lane (`npm test`, `npm run test:hil`): what ran, and how it ended, in numbers
 * that `.ci/run` adds up. A lane writes it when it ends; a report that is missing is a failed lane.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** One check of a lane. A check that counts nothing by itself counts as one. */
export interface Step {
  readonly name: string;
  readonly counts: Counts;
  readonly seconds: number;
  /** A line for each part that failed, where the name of the step does not tell which. */
  readonly failures?: readonly string[];
}

export interface LaneReport {
  readonly schema: "holdfast.lane/1";
  readonly lane: string;
  readonly counts: Counts;
  readonly steps: readonly Step[];
}

export const reportFolder = join(".cache", "reports");

export const reportPath = (lane: string): string => join(reportFolder, `${lane}.json`);

export const passedOnce: Counts = { passed: 1, failed: 0, skipped: 0 };
export const failedOnce: Counts = { passed: 0, failed: 1, skipped: 0 };
export const skippedOnce: Counts = { passed: 0, failed: 0, skipped: 1 };

export function sumOf(counts: readonly Counts[]): Counts {
  let [passed, failed, skipped] = [0, 0, 0];
  for (const count of counts) {
    passed += count.passed;
    failed += count.failed;
    skipped += count.skipped;
  }
  return { passed, failed, skipped };
}

export const countsText = ({ passed, failed, skipped }: Counts): string =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`;

/** A line for each failure: a log of an hour ends with what has to be looked for in it. */
export const failuresOf = ({ lane, steps }: LaneReport): readonly string[] =>
  steps.flatMap(({ name, counts, failures = [] }) => {
    if (failures.length > 0) return failures.map((failure) => `${lane}: ${failure}`);
    return counts.failed === 0 ? [] : [`${lane}: ${name}: ${countsText(counts)}`];
  });

export function writeReport(lane: string, steps: readonly Step[]): LaneReport {
  const counts = sumOf(steps.map((step) => step.counts));
  const report: LaneReport = { schema: "holdfast.lane/1", lane, counts, steps };
  mkdirSync(dirname(reportPath(lane)), { recursive: true });
  writeFileSync(reportPath(lane), `${JSON.stringify(report, null, 2)}\n`);
  return report;
}

/** `null` when there is no report, or what is there is none. */
export function readReport(lane: string): LaneReport | null {
  try {
    const report = JSON.parse(readFileSync(reportPath(lane), "utf8")) as Partial<LaneReport>;
    return report.schema === "holdfast.lane/1" ? (report as LaneReport) : null;
  } catch {
    return null;
  }
}
