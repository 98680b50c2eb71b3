/** The findings of a set of tasks as text for people. */
import { unreachable } from "../../kernel/assert.js";
import type { UtilisationBounds } from "../../scheduling/analysis/bounds.js";
import { type Paint, table } from "../terminal.js";
import { type Findings, playedFor, type TaskFinding, timeText } from "./findings.js";
import { gantt, legend } from "./gantt.js";
import { whyText } from "./why.js";

/** @param about a line on where the set and its priorities come from */
export function scheduleText(findings: Findings, about: string, paint: Paint, width: number) {
  const { ok, tasks, bounds, schedule } = findings;
  const verdict = ok ? paint("good", "OK") : paint("bad", "NOT OK");
  const says = ok ? "every deadline is met" : "a deadline can be missed";
  const why = whyText(findings).map((line) => (line.startsWith(" ") ? line : mark(line, paint)));
  return [
    `${verdict} ${about}: ${says}`,
    "",
    table(columns, tasks.map(rowOf)).trimEnd(),
    "C runs, T period, D deadline, J jitter, B blocked at most, R responds at worst;",
    "margin: how much longer it may run with all deadlines met (-: must be shorter)",
    ...(why.length === 0 ? [] : ["", ...why]),
    "",
    ...boundsText(bounds, findings),
    "",
    `Played for ${playedFor(findings)}, ${schedule.switches} switches${endOf(findings)}`,
    gantt(findings, width),
    legend,
    "",
  ].join("\n");
}

const mark = (line: string, paint: Paint): string => `${paint("bad", "✗")} ${line}`;

const right = (title: string) => ({ title, align: "right" as const });
const columns = [
  { title: "task" },
  ...["prio", "C", "T", "D", "J", "B", "R", "slack", "margin", "played"].map(right),
  { title: "verdict" },
];

function rowOf({ task, cost, blocking, response, margin, worst, misses, verdict }: TaskFinding) {
  const { deadline, period, jitter, priority } = task;
  return [
    task.name,
    String(priority),
    timeText(cost),
    timeText(period),
    timeText(deadline),
    timeText(jitter),
    blocking.kind === "bounded" ? timeText(blocking.time) : "?",
    response === null ? "?" : timeText(response),
    response === null ? "?" : timeText(deadline - response),
    margin === null ? "?" : timeText(margin),
    worst === null ? "-" : timeText(worst.response),
    verdict === "meets" && misses > 0 ? "missed" : verdict,
  ];
}

function boundsText(bounds: UtilisationBounds, { scale, set }: Findings): readonly string[] {
  const { utilisation, liuLayland, hyperbolicProduct } = bounds;
  return [
    `Utilisation ${utilisation.toFixed(3)}, protocol ${set.protocol}` +
      (scale === null ? "" : `; all may run ${scale} times as long`),
    `  Liu and Layland: at most ${liuLayland.toFixed(3)}; hyperbolic: ` +
      `${hyperbolicProduct.toFixed(3)}, at most 2. ${boundsVerdict(bounds)}`,
  ];
}

function boundsVerdict({ gap, verdict }: UtilisationBounds): string {
  if (verdict === "overload") return "The core is overloaded.";
  switch (gap) {
    case null:
      return verdict === "passes" ? "That alone proves it." : "That says nothing.";
    case "locks":
      return "Not for sets with locks.";
    case "jitter":
      return "Not for sets with jitter.";
    case "early-deadline":
      return "Not for deadlines before the period.";
    case "other-priorities":
      return "Only for rate-monotonic priorities.";
    default:
      return unreachable(gap);
  }
}

function endOf({ schedule }: Findings): string {
  if (schedule.deadlock !== null) {
    const cycle = schedule.deadlock.cycle.map(({ task, resource }) => `${task} for ${resource}`);
    return `; then a deadlock: ${cycle.join(", ")}`;
  }
  return schedule.truncated ? "; there was more of it than is kept" : "";
}
