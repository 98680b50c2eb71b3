/** What `holdfast config check` prints of a sound config: what is borne, what not, and numbers. */
import { type DetectionReport, detectionInWords } from "../config/detection-words.js";
import { formatLifetime } from "../config/quantity.js";
import type { Reliability, ReliabilityReport } from "../config/reliability.js";
import { type SerialReport, serialInWords } from "../config/serial-words.js";
import type { Tolerance } from "../config/tolerance.js";
import { type FaultGroup, toleranceInWords } from "../config/tolerance-words.js";
import { type WatchdogReport, watchdogInWords } from "../config/watchdog-words.js";
import type { RealtimeWish } from "../host/lanes/grant.js";
import { type Paint, table } from "./terminal.js";

export interface CheckFindings {
  readonly tolerance: Tolerance;
  /** Null for a single replica. */
  readonly detection: DetectionReport | null;
  readonly watchdogs: WatchdogReport;
  /** Null where there are no serial lines. */
  readonly serial: SerialReport | null;
  /** Null where the config gives no rates. */
  readonly reliability: ReliabilityReport | null;
  /** Null where the loop keeps ordinary priority. */
  readonly realtime: RealtimeWish | null;
}

export function checkText(findings: CheckFindings, paint: Paint): string {
  const { tolerance, detection, watchdogs, serial, reliability, realtime } = findings;
  const groups = toleranceInWords(tolerance).map((group) => faultGroupText(group, paint));
  return [
    "Faults that are borne: how many at a time, and what happens.\n",
    ...groups,
    ...(detection === null ? [] : [wordsText(detectionInWords(detection), paint)]),
    wordsText(watchdogInWords(watchdogs), paint),
    ...(serial === null ? [] : [wordsText(serialInWords(serial), paint)]),
    ...(realtime === null ? [] : [listText("Real-time:", realtimeLines(realtime), paint)]),
    listText("Single points of failure that remain:", tolerance.singlePointsOfFailure, paint),
    listText("What this check cannot see:", tolerance.notSeen, paint),
    reliability === null ? howToGetReliability : reliabilityText(reliability, paint),
  ].join("\n");
}

const howToGetReliability =
  "Reliability: give rates under `dependability` to have it reckoned (docs/config.md).\n";

function faultGroupText({ heading, rows, notes }: FaultGroup, paint: Paint): string {
  const cells = rows.map(({ count, fault, words }) => [`  ${count}`, fault, words]);
  const columns = [{ title: "" }, { title: "" }, { title: "" }];
  return `${paint("strong", heading)}\n${table(columns, cells)}${linesText(notes)}`;
}

function wordsText([heading = "", ...lines]: readonly string[], paint: Paint): string {
  return listText(heading, lines.flatMap(wrapped), paint);
}

function realtimeLines({ priority, cpu }: RealtimeWish): readonly string[] {
  const pinned = cpu === null ? "" : ` on processor ${cpu} only`;
  const [above, dog] = [priority + 1, Math.min(99, priority + 2)];
  return [
    `Each replica's loop runs as SCHED_FIFO ${priority}${pinned}, before ordinary threads.`,
    `What wakes it and V8's threads have ${above}, the watchdog has ${dog}.`,
    "It needs CAP_SYS_NICE, or LimitRTPRIO= of at least the watchdog's, in its systemd unit;",
    "without, it runs with ordinary priority, and says so once in its log and in `status`.",
  ];
}

/** Lines stay within 100 columns, their indent among them. */
const columnsMax = 98;

function wrapped(text: string): readonly string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.at(-1) ?? "";
    const longer = last === "" ? word : `${last} ${word}`;
    if (longer.length <= columnsMax) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

const listText = (heading: string, lines: readonly string[], paint: Paint): string =>
  `${paint("strong", heading)}\n${linesText(lines)}`;

const linesText = (lines: readonly string[]): string => lines.map((line) => `  ${line}\n`).join("");

function reliabilityText(report: ReliabilityReport, paint: Paint): string {
  const mission = formatLifetime(report.missionHours);
  const columns = [
    { title: "" },
    { title: "needed" },
    { title: "MTTF", align: "right" },
    { title: `works for ${mission}`, align: "right" },
    { title: "available", align: "right" },
    { title: "down in a year", align: "right" },
  ] as const;
  const rows = [...report.parts, report.whole, report.simplex].map(reliabilityRow);
  const heading = paint("strong", "Reliability, only as good as the rates that were given:");
  return `${heading}\n${table(columns, rows)}${linesText(reliabilityNotes(report))}`;
}

const reliabilityRow = (row: Reliability): readonly string[] => [
  `  ${row.part}`,
  row.needed === null ? "" : `${row.needed[0]} of ${row.needed[1]}`,
  formatLifetime(row.mttfHours),
  shareText(1 - row.failsInMission, row.failsInMission),
  ...availabilityCells(row.availability),
];

const hoursPerYear = 8_760;

const availabilityCells = (available: number | null): readonly string[] =>
  available === null
    ? ["no repair", ""]
    : [shareText(available, 1 - available), downText((1 - available) * hoursPerYear)];

const downText = (hours: number): string => (hours < 1 / 60 ? "below 1m" : formatLifetime(hours));

/** In percent, with as many nines as there are and two digits more; 14 would be noise. */
function shareText(share: number, rest: number): string {
  if (rest < 1e-9) return "> 99.9999999 %";
  const digits = Math.max(1, 1 - Math.floor(Math.log10(rest)) - 1);
  return `${(share * 100).toFixed(Math.min(9, digits))} %`;
}

function reliabilityNotes(report: ReliabilityReport): readonly string[] {
  const { coverage, beta, whole, simplex, sensorsWithoutRates, missionHours } = report;
  const notes = [`Coverage ${coverage}, common cause ${beta}; repaired one at a time.`];
  if (coverage === 1 || beta === 0) {
    notes.push("Coverage 1 or common cause 0 is the best case: no real system reaches it.");
  }
  if (whole.failsInMission > simplex.failsInMission) {
    const mission = formatLifetime(missionHours);
    notes.push(`Over ${mission} one board alone does better than all of it.`);
  } else if (whole.mttfHours < simplex.mttfHours) {
    notes.push("Its MTTF is below one board's, for nothing is repaired; its mission is safer.");
  }
  if (sensorsWithoutRates.length > 0) {
    notes.push(`Channels without rates, not counted: ${sensorsWithoutRates.join(", ")}.`);
  }
  return [...notes, "Network, actuators, the app and all above that cannot be seen: not counted."];
}
