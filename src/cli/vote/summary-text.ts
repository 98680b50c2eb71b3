/** The summary of a voted recording for people. */
import type { Paint } from "../terminal.js";
import type { InjectionReport, Place, VoteSummary } from "./summary.js";

export function summaryText(file: string, summary: VoteSummary, paint: Paint): string {
  const { rows, voter, tolerance, statuses, alarms, readmitted } = summary;
  const counts = Object.entries(statuses).map(([status, count]) => `${count} ${status}`);
  const lines = [
    `${file}: ${rows} rows, voter ${voter}, tolerance ${tolerance}`,
    `  ${counts.join(", ")}`,
    ...summary.injected.map((report) => `  ${injectionText(report, paint)}`),
    ...alarms.map(
      ({ channel, reason, count, first }) =>
        `  ${paint("warning", "alarm")} ${channel} ${reason} ${count}x, first ${placeText(first)}`,
    ),
    ...readmitted.map((place) => `  ${place.channel} re-admitted ${placeText(place)}`),
    `  ${verdictText(summary, paint)}`,
  ];
  return `${lines.join("\n")}\n`;
}

function injectionText({ fault, changed, isolated }: InjectionReport, paint: Paint): string {
  const injected = `injected ${fault}`;
  if (changed === 0) return `${injected}: ${paint("bad", "never took effect")}`;
  if (isolated === null) return `${injected}: ${changed} readings changed, masked, not isolated`;
  const named = `isolated as ${isolated.reason} ${placeText(isolated)}`;
  return `${injected}: ${changed} readings changed, ${named}`;
}

function verdictText(summary: VoteSummary, paint: Paint): string {
  const { falseAlarms, largestError, valuesLost } = summary;
  const alarms =
    falseAlarms === 0 ? paint("good", "no false alarm") : `${falseAlarms} false alarms`;
  if (largestError === null) return alarms;
  const { error } = largestError;
  const where = placeText(largestError);
  const lost = valuesLost === 0 ? "" : `, ${valuesLost} values lost`;
  const distance = `largest error against the fault-free vote ${error.toPrecision(3)} ${where}`;
  return `${alarms}, ${distance}${lost}`;
}

const placeText = ({ row, t }: Place): string => `in row ${row} (t=${t})`;
