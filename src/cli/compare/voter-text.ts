/** The comparison of voters for people: tables, and what they suggest. */
import { type Column, type Paint, table } from "../terminal.js";
import type { VoterScores } from "./voter-comparison.js";
import type { Score } from "./voter-scores.js";

const columnsOf = (first: string): readonly Column[] => [
  { title: first },
  ...[
    "masked",
    "missed",
    "no value",
    "false alarms",
    "largest error",
    "isolated",
    "after median",
    "max",
    "back after",
    "readers apart",
  ].map((title): Column => ({ title, align: "right" })),
];

export interface TextOptions {
  readonly byFault: boolean;
  readonly paint: Paint;
}

export function comparisonText(scores: readonly VoterScores[], options: TextOptions): string {
  const { byFault, paint } = options;
  const section = (title: string, rows: readonly Row[]): string[] =>
    rows.length === 0 ? [] : [`${paint("strong", title)}\n${tableOf("voter", rows, paint)}`];
  const rowsOf = (of: (score: VoterScores) => Score | null): Row[] =>
    scores.flatMap((score) => rowOf(score.voter, of(score)));
  const faults = scores[0]?.byFault.map(({ fault }) => fault) ?? [];
  const sections = byFault
    ? faults.flatMap((fault) =>
        section(
          fault,
          rowsOf((score) => scoreFor(score, fault)),
        ),
      )
    : [
        ...section(
          "One channel at a time is faulty",
          rowsOf(({ one }) => one),
        ),
        ...section(
          "Several at once are faulty",
          rowsOf(({ several }) => several),
        ),
      ];
  const faultFree = section(
    "Without a fault",
    rowsOf((score) => score.faultFree),
  );
  return [...faultFree, ...sections].join("\n");
}

const scoreFor = ({ byFault }: VoterScores, fault: string): Score | null =>
  byFault.find((entry) => entry.fault === fault)?.score ?? null;

interface Row {
  readonly name: string;
  readonly score: Score;
}

const rowOf = (name: string, score: Score | null): Row[] =>
  score === null ? [] : [{ name, score }];

const tableOf = (first: string, rows: readonly Row[], paint: Paint): string =>
  table(
    columnsOf(first),
    rows.map(({ name, score }) => [name, ...cellsOf(score, paint)]),
  );

function cellsOf(score: Score, paint: Paint): string[] {
  const { rows, falseAlarms, missed, faulty } = score;
  const loud = (tone: "bad" | "warning", count: number, text: string): string =>
    count === 0 ? text : paint(tone, text);
  return [
    percent(score.masked, rows),
    loud("bad", missed, percent(missed, rows)),
    loud("warning", score.lost, percent(score.lost, rows)),
    loud("warning", falseAlarms, String(falseAlarms)),
    short(score.largestError),
    faulty === 0 ? "-" : `${score.isolated}/${faulty}`,
    orDash(score.isolateMedian),
    orDash(score.isolateMax),
    orDash(score.readmitMedian),
    score.apart === 0 ? "-" : short(score.apart),
  ];
}

/** What is not all is never called 100 %, and what is not nothing never 0 %. */
export function percent(count: number, total: number): string {
  if (total === 0) return "-";
  const share = (100 * count) / total;
  if (count === 0 || count === total) return `${share} %`;
  return `${Math.min(Math.max(share, 0.1), 99.9).toFixed(1)} %`;
}

const short = (value: number): string => String(Number(value.toPrecision(3)));

const orDash = (value: number | null): string => (value === null ? "-" : String(value));
