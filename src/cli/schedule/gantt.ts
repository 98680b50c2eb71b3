/** A played schedule as lines of text: a row a task, a column a slice of time. */
import { widthOf } from "../terminal.js";
import { type Findings, timeText } from "./findings.js";

/** What a column shows, from the least to the most worth seeing. */
const marks = { idle: "·", waits: "░", runs: "█", holds: "▓", blocked: "x", missed: "!" } as const;
type Mark = keyof typeof marks;
const ranks = Object.keys(marks) as Mark[];

export const legend = "█ runs  ▓ runs with a lock  ░ others run  x waits for a lock  ! late";

const columnsMin = 20;

export function gantt({ tasks, schedule, horizon }: Findings, width: number): string {
  const nameWidth = Math.max(...tasks.map(({ task }) => widthOf(task.name)));
  const columns = Math.max(columnsMin, width - nameWidth - 4);
  const rows = new Map(tasks.map(({ task }) => [task.name, new Array<Mark>(columns).fill("idle")]));
  const paint = (name: string, from: number, to: number, mark: Mark): void => {
    const row = rows.get(name);
    if (row === undefined || to <= from) return;
    const first = Math.floor((from * columns) / horizon);
    const last = Math.min(columns, Math.max(first + 1, Math.ceil((to * columns) / horizon)));
    for (let column = first; column < last; column += 1) {
      if (ranks.indexOf(mark) > ranks.indexOf(row[column] ?? "idle")) row[column] = mark;
    }
  };
  for (const { task, from, to, state } of schedule.stretches) {
    const mark = state.kind === "runs" ? (state.holds ? "holds" : "runs") : undefined;
    paint(task, from, to, mark ?? (state.kind === "blocked" ? "blocked" : "waits"));
  }
  for (const { task, arrival, response, missed } of schedule.jobs) {
    if (missed) paint(task, arrival + response - 1, arrival + response, "missed");
  }
  const lines = [...rows].map(([name, row]) => {
    const text = row.map((mark) => marks[mark]).join("");
    return `${name}${" ".repeat(nameWidth - widthOf(name))}  ${text}`;
  });
  return [...lines, `${" ".repeat(nameWidth)}  ${axis(columns, horizon)}`].join("\n");
}

/** A time every dozen columns or more, at round times. */
function axis(columns: number, horizon: number): string {
  const step = roundStep((horizon * 12) / columns);
  let text = "";
  for (let time = 0; time < horizon; time += step) {
    const at = Math.floor((time * columns) / horizon);
    const label = `|${timeText(time)}`;
    if (at < text.length || at + label.length > columns) continue;
    text = text.padEnd(at) + label;
  }
  return text;
}

/** The next of 1, 2, 5, 10, 20, ... microseconds. */
export function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, least)));
  return ([1, 2, 5, 10].find((factor) => factor * power >= least) ?? 10) * power;
}
