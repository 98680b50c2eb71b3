/**
 * Adds up the reports of the lanes named on the command line: the last line of `.ci/run`, below a
 * line for each failure.
 */
import { countsText, failuresOf, type LaneReport, readReport, sumOf } from "./lane-report.js";

const lanes = process.argv.slice(2);
const reports = lanes.map((lane): [string, LaneReport | null] => [lane, readReport(lane)]);
const missing = reports.filter(([, report]) => report === null).map(([lane]) => lane);
for (const lane of missing) console.error(`${lane}: no report, so it counts as one failure`);

const failures = reports.flatMap(([, report]) => (report === null ? [] : failuresOf(report)));
const failuresMax = 30;
for (const failure of failures.slice(0, failuresMax)) console.log(`FAILED ${failure}`);
if (failures.length > failuresMax) console.log(`and ${failures.length - failuresMax} more`);

const lost = { passed: 0, failed: missing.length, skipped: 0 };
const total = sumOf([lost, ...reports.flatMap(([, report]) => report?.counts ?? [])]);
console.log(`total: ${countsText(total)}`);
process.exitCode = total.failed === 0 ? 0 : 1;
