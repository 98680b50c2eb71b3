/** Adds up the reports of the lanes named on the command line: the last line of `.ci/run`. */
import { countsText, type LaneReport, readReport, sumOf } from "./lane-report.js";

const lanes = process.argv.slice(2);
const reports = lanes.map((lane): [string, LaneReport | null] => [lane, readReport(lane)]);
const missing = reports.filter(([, report]) => report === null).map(([lane]) => lane);
for (const lane of missing) console.error(`${lane}: no report, so it counts as one failure`);

const lost = { passed: 0, failed: missing.length, skipped: 0 };
const total = sumOf([lost, ...reports.flatMap(([, report]) => report?.counts ?? [])]);
console.log(`total: ${countsText(total)}`);
process.exitCode = total.failed === 0 ? 0 : 1;
