/** The summary of a voted recording for people. */
import type { Paint } from "../terminal.js";
import type { InjectionReport, Lapse, Place } from "./fault-course.js";
import type { FaultyRows, VoteSummary } from "./summary.js";

export function summaryText(file: string, summary: VoteSummary, paint: Paint): string {
  const { rows, voter, tolerance, statuses, alarms, readmitted } = summary;
  const counts = Object.entries(statuses).map(([status, count]) => `${count} ${status}`);
  const lines = [
    `${file}: ${rows} rows, voter ${voter}, tolerance ${tolerance}`,
    `  ${counts.join(", ")}`,
    ...unisolatedText(summary, paint),
    ...summary.injected.map((report) => `  ${injectionText(report, paint)}`),
    ...alarms.map(
      ({ channel, reason, count, first }) =>
        `  ${paint("warning", "alarm")} ${channel} ${reason} ${count}x, first ${placeText(first)}`,
    ),
    ...readmitted.map((place) => `  ${place.channel} re-admitted ${placeText(place)}`),
    ...Object.entries(summary.caveats).map(([reason, count]) => `  ${reason} in ${count} rows`),
    ...readersText(summary),
    ...faultyText(summary.faultyRows, paint),
    `  ${verdictText(summary, paint)}`,
  ];
  return `${lines.join("\n")}\n`;
}

/** Where it cannot be said who is wrong, that is said, and nobody is named. */
function unisolatedText({ channels, statuses }: VoteSummary, paint: Paint): string[] {
  const cannot = paint("warning", "cannot isolate");
  if (channels === 1) return [`  ${cannot} a fault: one channel has nothing to be compared with`];
  if (channels === 2) return [`  ${cannot} a fault: of two that disagree either may be wrong`];
  const rows = statuses["no-majority"];
  return rows === 0 ? [] : [`  ${cannot} which is wrong in ${counted(rows, "row")}`];
}

function injectionText(report: InjectionReport, paint: Paint): string {
  const { fault, channel, changed, isolated, readmitted } = report;
  const injected = `injected ${fault}${fault.endsWith(`:${channel}`) ? "" : ` (${channel})`}`;
  if (changed === 0) return `${injected}: ${paint("bad", "never took effect")}`;
  const readings = `${injected}: ${counted(changed, "reading")} changed`;
  if (isolated === null) return `${readings}, not isolated`;
  const { reason, sinceChanged, sinceOff } = isolated;
  const off = sinceOff === null ? "" : `, ${lapseText(sinceOff)} after it left the tolerance`;
  const named = `isolated as ${reason} ${lapseText(sinceChanged)} after it began${off}`;
  const back =
    readmitted === null
      ? "not re-admitted"
      : `re-admitted ${lapseText(readmitted.sinceCleared)} after it cleared`;
  return `${readings}, ${named}, ${back}`;
}

function readersText({ readers, tolerance }: VoteSummary): string[] {
  if (readers === null) return [];
  const { count, rowsApart, rowsFarApart, largestDifference } = readers;
  if (largestDifference === null && rowsApart === 0) return [`  ${count} readers, always alike`];
  const far = `${rowsFarApart} by more than ${tolerance} or without a value for one of them`;
  const place =
    largestDifference === null
      ? ""
      : `; at most ${largestDifference.difference.toPrecision(3)} ${placeText(largestDifference)}`;
  return [`  ${count} readers differ in ${counted(rowsApart, "row")}, in ${far}${place}`];
}

function faultyText(faulty: FaultyRows | null, paint: Paint): string[] {
  if (faulty === null) return [];
  const { rows, masked, missed, lost, unjudged } = faulty;
  const parts = [
    `${masked} masked`,
    missed === 0 ? "none missed" : paint("bad", `${missed} missed`),
    ...(lost === 0 ? [] : [paint("warning", `${lost} without a value`)]),
    ...(unjudged === 0 ? [] : [`${unjudged} without a fault-free value to measure by`]),
  ];
  return [`  ${counted(rows, "faulty row")}: ${parts.join(", ")}`];
}

function verdictText(summary: VoteSummary, paint: Paint): string {
  const { falseAlarms, wronglyExcluded, largestError, valuesLost } = summary;
  const unheard = `${counted(wronglyExcluded, "reading")} not counted`;
  const alarms =
    falseAlarms === 0
      ? paint("good", "no false alarm")
      : `${counted(falseAlarms, "false alarm")} (${unheard})`;
  if (largestError === null) return alarms;
  const { error } = largestError;
  const where = placeText(largestError);
  const lost = valuesLost === 0 ? "" : `, ${counted(valuesLost, "value")} lost`;
  const distance = `largest error against the fault-free vote ${error.toPrecision(3)} ${where}`;
  return `${alarms}, ${distance}${lost}`;
}

const placeText = ({ row, t }: Place): string => `in row ${row} (t=${t})`;

const lapseText = ({ samples, seconds }: Lapse): string =>
  `${counted(samples, "sample")} (${Number(seconds.toPrecision(6))} s)`;

const counted = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? "" : "s"}`;
