/** The comparison of detectors for people: a table for each size and loss. */
import { type Column, type Paint, table } from "../terminal.js";
import type { StudyScores } from "./detector-comparison.js";
import type { DetectorScore, Spread } from "./detector-scores.js";

const columns: readonly Column[] = [
  { title: "detector" },
  ...[
    "complete",
    "false/h",
    "deaths",
    "first",
    "max",
    "all suspect",
    "max",
    "all declare",
    "max",
    "messages",
    "worst",
    "bytes",
    "worst",
    "healed",
  ].map((title): Column => ({ title, align: "right" })),
];

export interface DetectorTextOptions {
  readonly byTrial: boolean;
  readonly paint: Paint;
}

export function detectorText(
  studies: readonly StudyScores[],
  { byTrial, paint }: DetectorTextOptions,
): string {
  const sections = studies.flatMap((study) =>
    byTrial ? trialSections(study, paint) : [wholeSection(study, paint)],
  );
  return sections.join("\n");
}

const titleOf = ({ nodes, loss }: StudyScores): string => `${nodes} members, loss ${percent(loss)}`;

const percent = (share: number): string => `${Number((100 * share).toPrecision(3))} %`;

const wholeSection = (study: StudyScores, paint: Paint): string =>
  section(
    titleOf(study),
    study.detectors.map(({ detector, all }) => [detector, all]),
    paint,
  );

function trialSections(study: StudyScores, paint: Paint): string[] {
  const trials = study.detectors[0]?.byTrial.map(({ trial }) => trial) ?? [];
  return trials.map((trial, index) => {
    const rows = study.detectors.flatMap(({ detector, byTrial }): Row[] => {
      const entry = byTrial[index];
      return entry === undefined ? [] : [[detector, entry.score]];
    });
    return section(`${titleOf(study)}: ${trial}`, rows, paint);
  });
}

type Row = readonly [detector: string, score: DetectorScore];

function section(title: string, rows: readonly Row[], paint: Paint): string {
  const cells = rows.map(([detector, score]) => [detector, ...cellsOf(score, paint)]);
  return `${paint("strong", title)}\n${table(columns, cells)}`;
}

function cellsOf(score: DetectorScore, paint: Paint): string[] {
  const { unnoticed, falseSuspicions, falseDeaths, messages, bytes } = score;
  const complete = unnoticed === null ? "-" : unnoticed === 0 ? "yes" : paint("bad", "no");
  const crashed = unnoticed !== null;
  return [
    complete,
    falseSuspicions === 0 ? "0" : paint("warning", short(falseSuspicions)),
    falseDeaths === 0 ? "0" : paint("bad", String(falseDeaths)),
    ...timesOf(score.first, crashed),
    ...timesOf(score.everyoneSuspects, crashed),
    ...timesOf(score.everyoneGaveUp, crashed),
    short(messages.mean),
    short(messages.worst),
    short(bytes.mean),
    short(bytes.worst),
    score.unhealed > 0 ? paint("bad", "never") : healedText(score.healed),
  ];
}

const healedText = (healed: Spread | null): string =>
  healed === null ? "-" : timeText(healed.max);

function timesOf(spread: Spread | null, crashed: boolean): [median: string, max: string] {
  if (spread !== null) return [timeText(spread.median), timeText(spread.max)];
  return crashed ? ["never", "never"] : ["-", "-"];
}

/** For people, with three digits: `152ms`, `1.21s`. */
export function timeText(us: number): string {
  if (us === 0) return "0";
  if (us >= 1_000_000) return `${short(us / 1_000_000)}s`;
  return us >= 1_000 ? `${short(us / 1_000)}ms` : `${short(us)}us`;
}

/** Three digits, and no exponent. */
export const short = (value: number): string =>
  value >= 1_000 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
