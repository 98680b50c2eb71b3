/** A doctor's report for people, in 80 columns. Commands are never broken: they are copied. */
import type { DoctorReport } from "../../host/doctor/doctor.js";
import {
  type DoctorArea,
  doctorAreas,
  type Finding,
  type FindingLevel,
} from "../../host/doctor/finding.js";
import type { MachineFacts } from "../../host/doctor/machine.js";
import type { Paint, Tone } from "../terminal.js";

const columns = 80;

const titles: Readonly<Record<DoctorArea, string>> = {
  machine: "Machine",
  scheduling: "Scheduling",
  clock: "Clock",
  watchdog: "Watchdog",
  storage: "Storage",
  serial: "Serial lines",
  gpio: "GPIO",
};

const tones: Readonly<Record<FindingLevel, Tone>> = {
  ok: "good",
  note: "quiet",
  warn: "warning",
  missing: "bad",
};

const levelWidth = 10;
const indent = " ".repeat(levelWidth);

export function doctorText(report: DoctorReport, needs: readonly string[], paint: Paint): string {
  const areas = doctorAreas.flatMap((area) => {
    const findings = report.findings.filter((one) => one.area === area);
    const about = area === "machine" ? machineLines(report.machine) : [];
    if (findings.length + about.length === 0) return [];
    return [[paint("strong", titles[area]), ...about, ...findings.flatMap(linesOf(paint))]];
  });
  const parts = [...areas, ...needLines(needs, paint), [summary(report.findings)]];
  return parts.map((lines) => `${lines.join("\n")}\n`).join("\n");
}

function machineLines(facts: MachineFacts): readonly string[] {
  const { model, processor, processors, memoryBytes, kernel, architecture, node } = facts;
  const memory = memoryBytes === null ? [] : [`${(memoryBytes / 2 ** 30).toFixed(1)} GiB`];
  const cores = `${processors} x ${processor ?? architecture}`;
  const system = `Linux ${kernel ?? "unknown"}, ${architecture}, Node ${node}`;
  const text = [...(model === null ? [] : [model]), cores, ...memory, system].join(", ");
  return wrapped(text, columns - levelWidth).map((line) => indent + line);
}

const linesOf =
  (paint: Paint) =>
  ({ level, found, means, more }: Finding): readonly string[] => {
    const [first = "", ...rest] = wrapped(found, columns - levelWidth);
    const head = `  ${paint(tones[level], level.padEnd(levelWidth - 2))}${first}`;
    const meaning = means === "" ? [] : wrapped(means, columns - levelWidth);
    return [
      head,
      ...[...rest, ...meaning].map((line) => indent + line),
      ...more.flatMap((line) => moreLines(line, paint)),
    ];
  };

/** What stands in brackets behind a command says where it goes; it may go to the next line. */
function moreLines(line: string, paint: Paint): readonly string[] {
  const [, command = line, where = ""] = /^(.*?)(?: {3}(\(.*\)))?$/.exec(line) ?? [];
  const head = `${indent}${paint("strong", ">")} `;
  if (where === "" || levelWidth + 2 + line.length <= columns) return [head + line];
  return [head + command, `${indent}  ${where}`];
}

function needLines(needs: readonly string[], paint: Paint): readonly (readonly string[])[] {
  if (needs.length === 0) return [];
  const heading = paint("bad", "The config needs what is not here");
  return [[heading, ...needs.map((need) => `  ${need}`)]];
}

function summary(findings: readonly Finding[]): string {
  const count = (level: FindingLevel) => findings.filter((one) => one.level === level).length;
  const [warnings, missing, notes] = [count("warn"), count("missing"), count("note")];
  return `${warnings} to see to, ${missing} missing, ${notes} where more is possible.`;
}

/** Words on lines of at most `width`; a word that is longer stands alone. */
export function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && longer.length > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}
