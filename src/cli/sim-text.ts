/** The reports of the simulator as text for people. */
import type { Duration } from "../kernel/time.js";
import type { ReportedFault, SimReport, SimVerdict } from "../sim/report.js";
import { describeViolation, type SweepReport } from "../sim/sweep.js";
import { type Paint, type Tone, table } from "./terminal.js";

const tones: Readonly<Record<SimVerdict, Tone>> = {
  passed: "good",
  failed: "bad",
  invalid: "warning",
};

export function reportText(report: SimReport, paint: Paint): string {
  const { verdict, scenario, seed, counts } = report;
  const parts = [
    `${paint(tones[verdict], verdict.toUpperCase())} ${scenario}, seed ${seed}, ` +
      `${asSeconds(report.simulated)} simulated\n`,
    ...report.violations.map(
      (violation) => `  ${paint("bad", "✗")} ${describeViolation(violation)}\n`,
    ),
    ...report.invalid.map((reason) => `  ${paint("warning", "?")} ${reason}\n`),
    ...report.expectations.map((expectation) => expectationText(expectation, paint)),
    report.faults.length === 0 ? "" : `\n${faultTable(report.faults)}`,
    `\nvoted value there   ${sharesText(report.availability)}\n`,
    `outputs driven      ${sharesText(report.driven)}\n`,
    `false alarms        ${alarmsText(report)}\n`,
    `state faults        ${counts.stateFaults}, repaired ${counts.stateRepairs}\n`,
    `steps               ${counts.steps}, ${counts.votes} votes, ` +
      `${counts.leases} rights to drive\n`,
    `frames              ${framesText(report)}\n`,
    `\nreplay: ${paint("strong", report.replay)}\n`,
  ];
  return parts.join("");
}

function expectationText(
  { expectation, outcome, longestWait, message }: SimReport["expectations"][number],
  paint: Paint,
): string {
  const wait = longestWait === null ? "" : `: after ${asSeconds(longestWait)}`;
  if (outcome === "met") return `  ${paint("good", "✓")} ${expectation}${wait}\n`;
  const mark = outcome === "unmet" ? paint("bad", "✗") : paint("warning", "?");
  return `  ${mark} ${expectation}: ${message}\n`;
}

/** Many firings of repeated faults would hide the rest. */
const faultRowsMax = 40;

function faultTable(faults: readonly ReportedFault[]): string {
  const rows = faults
    .slice(0, faultRowsMax)
    .map((fault) => [
      fault.name,
      fault.targets.join(" ") || "all",
      asSeconds(fault.firedAt as number as Duration),
      since(fault, fault.effectAt),
      since(fault, fault.detectedAt),
      since(fault, fault.isolatedAt),
      since(fault, fault.takenOverAt),
      since(fault, fault.endedAt),
      since(fault, fault.recoveredAt),
    ]);
  const titles = ["effect", "detected", "isolated", "taken over", "ended", "recovered"];
  const right = [{ title: "fired" }, ...titles.map((title) => ({ title: `+${title}` }))];
  const columns = [
    { title: "fault" },
    { title: "target" },
    ...right.map((column) => ({ ...column, align: "right" as const })),
  ];
  const more = faults.length - rows.length;
  return table(columns, rows) + (more > 0 ? `(and ${more} more)\n` : "");
}

const since = (fault: ReportedFault, at: number | null): string =>
  at === null ? "-" : asSeconds((at - fault.firedAt) as Duration);

const asSeconds = (duration: Duration): string => `${(duration / 1_000_000).toFixed(3)} s`;

const sharesText = (shares: Readonly<Record<string, number>>): string =>
  Object.entries(shares)
    .map(([name, share]) => `${name} ${(100 * share).toFixed(3)} %`)
    .join(", ");

function alarmsText({ falseAlarms }: SimReport): string {
  if (falseAlarms.length === 0) return "none";
  return falseAlarms
    .map(({ node, alarm, subject, reason, count }) => {
      const why = reason === null ? "" : ` (${reason})`;
      return `${node}: ${alarm} ${subject}${why} x${count}`;
    })
    .join("; ");
}

function framesText({ counts }: SimReport): string {
  const { sent, lost, blocked, duplicated, reordered, corrupted } = counts;
  return (
    `${sent} sent, ${lost} lost, ${blocked} blocked, ${duplicated} duplicated, ` +
    `${reordered} reordered, ${corrupted} corrupted`
  );
}

export function sweepText(sweep: SweepReport, paint: Paint): string {
  const { verdict, scenario, runs, passed, failed, invalid, firstSeed } = sweep;
  const seeds = `seeds ${firstSeed} to ${firstSeed + runs - 1}`;
  const effects = Object.entries(sweep.faultsEffective);
  return [
    `${paint(tones[verdict], verdict.toUpperCase())} ${scenario}: ${runs} runs (${seeds}), ` +
      `${passed} passed, ${failed} failed, ${invalid} invalid\n`,
    ...sweep.bad.map(
      (run) =>
        `  ${paint("bad", run.verdict)} seed ${run.seed}: ${run.reasons[0] ?? ""}\n` +
        `    ${run.replay}\n`,
    ),
    ...sweep.idleFaults.map(
      (name) => `  ${paint("warning", "?")} "${name}" took effect in no run\n`,
    ),
    `least availability  ${sharesText(sweep.availabilityMin)}\n`,
    `false alarms        ${sweep.falseAlarms}\n`,
    effects.length === 0 ? "" : "faults that took effect\n",
    table(
      [{ title: "" }, { title: "", align: "right" }],
      effects.map(([name, count]) => [`  ${name}`, String(count)]),
    ),
  ].join("");
}
