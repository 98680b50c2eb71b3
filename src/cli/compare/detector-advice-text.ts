/** The advice for people: what was measured, what to set, and what cannot be had. */
import { formatDuration, formatLifetime } from "../../config/quantity.js";
import type { Advice, HeartbeatAdvice } from "../../detection/advice/heartbeat-advice.js";
import type { SwimAdvice } from "../../detection/advice/swim-advice.js";
import { type FalseAlarms, falseAlarmRate, type Unmet } from "../../detection/advice/wishes.js";
import { unreachable } from "../../kernel/assert.js";
import type { Duration } from "../../kernel/time.js";
import { type Column, type Paint, table } from "../terminal.js";
import type { AdviceReport, LinkFigures } from "./detector-advice.js";

export function adviceText(report: AdviceReport, paint: Paint): string {
  const { heartbeat, swim } = report;
  return [
    `${paint("strong", "The link")}, ${report.source}\n${linksText(report.links)}`,
    `${paint("strong", "Wished")}: ${wishText(report)}\n`,
    `${paint("strong", "Advised")}\n${settingsText(report)}`,
    ...configText(heartbeat, swim),
    notesText(report, paint),
  ]
    .filter((part) => part !== "")
    .join("\n");
}

const right = (title: string): Column => ({ title, align: "right" });

function linksText(links: readonly LinkFigures[]): string {
  const titles = ["beats", "lost", "longest run", "late median", "99 %", "99.9 %", "max"];
  const columns = [{ title: "peer" }, ...titles.map(right), right("outages")];
  const rows = links.map((link) => [
    link.peer ?? "any",
    countText(link.beats),
    shareText(link.loss),
    countText(link.longestRun),
    ...[link.lateMedian, link.late99, link.late999, link.lateMax].map(lateText),
    String(link.outages),
  ]);
  return table(columns, rows);
}

function wishText({ wishes: { nodes, within, falseAlarmsPerSecond } }: AdviceReport): string {
  const seldom = intervalText(falseAlarmsPerSecond);
  const soon = formatDuration(within);
  return `${nodes} nodes, a crash suspected within ${soon}, a false alarm once in ${seldom}`;
}

function settingsText({ heartbeat, swim }: AdviceReport): string {
  const [beats, probes] = [heartbeat.settings, swim.settings];
  const row = (
    title: string,
    ofBeats: (settings: HeartbeatAdvice) => string,
    ofProbes: (settings: SwimAdvice) => string,
  ) => [title, beats === null ? "-" : ofBeats(beats), probes === null ? "-" : ofProbes(probes)];
  const time = (duration: Duration): string => formatDuration(duration);
  return table(
    [{ title: "" }, { title: "all-to-all" }, { title: "swim" }],
    [
      row(
        "period",
        (one) => time(one.period),
        (one) => time(one.period),
      ),
      row(
        "time-out",
        (one) => time(one.suspectAfter),
        (one) => `${time(one.ackTimeout)} for an ack`,
      ),
      row("bears", bornText, (one) => `what ${one.relays} relays make up for`),
      row("a false alarm once in", alarmsText, alarmsText),
      row("crash to suspicion, mean", meanText, (one) => timeText(one.detectionMean)),
      row(
        "at most",
        (one) => time(one.detectionMax),
        (one) => `${time(one.detectionMax)} (99.9 %)`,
      ),
      row(
        "frames a second, cluster",
        (one) => rateText(one.framesPerSecond),
        (one) => `${rateText(one.framesPerSecondMax)} at most`,
      ),
    ],
  );
}

function bornText({ missedBeats, latenessBorne }: HeartbeatAdvice): string {
  const late = formatDuration(latenessBorne);
  return `${missedBeats - 1} lost in a row, and the next late by ${late}`;
}

/** The crash is half a period after the last beat, in the mean. */
const meanText = ({ suspectAfter, period }: HeartbeatAdvice): string =>
  timeText(suspectAfter - period / 2);

function alarmsText({ falseAlarms }: { readonly falseAlarms: FalseAlarms }): string {
  const { independent, byRuns } = falseAlarms;
  if (byRuns === null) return intervalText(falseAlarmRate(falseAlarms));
  return `${intervalText(byRuns)} (${intervalText(independent)} if losses were independent)`;
}

/** What to write into `holdfast.yaml`. */
function configText(
  { settings: beats }: Advice<HeartbeatAdvice>,
  { settings: probes }: Advice<SwimAdvice>,
): readonly string[] {
  const time = (duration: Duration): string => formatDuration(duration);
  const sections: string[] = [];
  if (beats !== null) {
    const times = `heartbeat: ${time(beats.period)}, suspectAfter: ${time(beats.suspectAfter)}`;
    sections.push(`# all-to-all\ntiming: { ${times} }\ndetection: { detector: all-to-all }\n`);
  }
  if (probes !== null) {
    const { period, ackTimeout, relays } = probes;
    const asked = `ackTimeout: ${time(ackTimeout)}, relays: ${relays}`;
    const lines = `timing: { heartbeat: ${time(period)} }\ndetection: { detector: swim, ${asked} }`;
    sections.push(`# swim\n${lines}\n`);
  }
  return sections;
}

function notesText({ heartbeat, swim, bursty }: AdviceReport, paint: Paint): string {
  const unmet = [
    ...heartbeat.unmet.map((wish) => `${paint("bad", "all-to-all:")} ${unmetText(wish)}`),
    ...swim.unmet.map((wish) => `${paint("bad", "swim:")} ${unmetText(wish)}`),
  ];
  const runs = "losses come in runs, of which swim's figure knows nothing: it is too good";
  const notes = bursty ? [`${paint("warning", "note:")} ${runs}`] : [];
  return [...unmet, ...notes].map((line) => `${line}\n`).join("");
}

function unmetText(wish: Unmet): string {
  switch (wish.kind) {
    case "too-soon": {
      const least = timeText(wish.withinMin);
      return `what is late cannot be told from what is gone so soon; it takes ${least} at least`;
    }
    case "too-many-false-alarms":
      return wish.withinMin === null
        ? "no time is long enough to be mistaken so seldom on this link"
        : `mistaken so seldom it needs ${timeText(wish.withinMin)} to detect a crash`;
    case "too-few-relays": {
      const { needed, available } = wish;
      return `mistaken so seldom it needs ${needed} relays, and there are ${available}`;
    }
    default:
      return unreachable(wish);
  }
}

function intervalText(perSecond: number): string {
  const seconds = 1 / perSecond;
  return seconds < 60 ? `${Number(seconds.toPrecision(2))}s` : formatLifetime(seconds / 3_600);
}

const countText = (count: number | null): string => (count === null ? "-" : String(count));

const lateText = (late: number | null): string => (late === null ? "-" : timeText(late));

/** For people, with three digits; what is to be set is written in full. */
function timeText(time: number): string {
  if (time < 1_000) return `${Math.round(time)}us`;
  const [count, unit] = time < 1_000_000 ? [time / 1_000, "ms"] : [time / 1_000_000, "s"];
  return `${Number(count.toPrecision(3))}${unit}`;
}

const shareText = (share: number): string => `${Number((100 * share).toPrecision(2))} %`;

const rateText = (rate: number): string => String(Number(rate.toPrecision(3)));
