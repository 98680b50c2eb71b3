/** A played schedule as an SVG file of our own: rectangles and words, without a library. */
import { ink, tones } from "../plot/colours.js";
import { type Findings, playedFor, timeText } from "./findings.js";
import { roundStep } from "./gantt.js";

const width = 1_200;
const left = 170;
const right = 30;
const top = 92;
const rowHeight = 44;
const barHeight = 24;

const fills = {
  runs: "#0072B2",
  holds: "#56B4E9",
  waits: "#e3e3e3",
  blocked: tones.warning,
  missed: tones.bad,
} as const;

export function schedulePicture(findings: Findings, name: string): string {
  const { tasks, schedule, horizon, ok, set } = findings;
  const height = top + tasks.length * rowHeight + 40;
  const x = (time: number): number =>
    Number((left + (time * (width - left - right)) / horizon).toFixed(2));
  const rowOf = new Map(tasks.map(({ task }, place) => [task.name, top + place * rowHeight]));
  const bars = schedule.stretches.map(({ task, from, to, state }) => {
    const kind = state.kind === "runs" ? (state.holds ? "holds" : "runs") : state.kind;
    const fill = fills[kind === "preempted" ? "waits" : kind];
    const says = state.kind === "blocked" ? `waits for ${state.resource}` : kind;
    const title = `${task}: ${says}, ${timeText(from)} to ${timeText(to)}`;
    const thin = kind === "preempted" || kind === "blocked";
    const y = (rowOf.get(task) ?? 0) + (thin ? barHeight / 3 : 0);
    const high = thin ? barHeight / 3 : barHeight;
    return `${rect(x(from), y, x(to) - x(from), high, fill, title)}`;
  });
  const says = ok ? "every deadline is met" : "a deadline can be missed";
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" ` +
      `width="${width}" height="${height}" font-family="sans-serif">`,
    `<title>${escaped(`holdfast schedule ${name}`)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    words(16, 30, `${name}, protocol ${set.protocol}: ${says}`, 18, ink.strong),
    words(16, 50, `one core, played for ${playedFor(findings)}`, 12, ink.text),
    ...key(),
    ...grid(x, horizon, height - 34),
    ...tasks.map(({ task }) => nameOf(task.name, task.priority, rowOf.get(task.name) ?? 0)),
    ...bars,
    ...schedule.jobs.flatMap((job) => {
      const task = tasks.find((each) => each.task.name === job.task)?.task;
      const deadline = job.arrival + (task?.deadline ?? 0);
      return marksOf(rowOf.get(job.task) ?? 0, job.release, deadline, job.missed, horizon, x);
    }),
    "</svg>\n",
  ].join("\n");
}

/** An arrow up for a release, a line for a deadline: red where it was missed. */
function marksOf(
  y: number,
  release: number,
  deadline: number,
  missed: boolean,
  horizon: number,
  x: (time: number) => number,
): readonly string[] {
  const colour = missed ? fills.missed : ink.quiet;
  const wide = missed ? 3 : 1;
  const line = (at: number, from: number, to: number, stroke: string, thick: number): string =>
    `<path d="M${at} ${from}V${to}" stroke="${stroke}" stroke-width="${thick}"/>`;
  const begins = line(x(release), y - 5, y + barHeight, ink.strong, 1);
  const tip = `<path d="M${x(release) - 3} ${y - 2}l3 -5l3 5z" fill="${ink.strong}"/>`;
  if (deadline > horizon) return [begins, tip];
  return [begins, tip, line(x(deadline), y - 2, y + barHeight + 6, colour, wide)];
}

function key(): readonly string[] {
  const entries = [
    ["runs", "runs"],
    ["holds", "runs with a lock"],
    ["waits", "others run"],
    ["blocked", "waits for a lock"],
    ["missed", "missed deadline (grey: met)"],
  ] as const;
  return entries.flatMap(([kind, text], place) => {
    const at = left + place * 165;
    return [rect(at, 62, 14, 10, fills[kind], text), words(at + 20, 71, text, 12, ink.text)];
  });
}

function grid(x: (time: number) => number, horizon: number, bottom: number): readonly string[] {
  const step = roundStep(horizon / 12);
  const lines: string[] = [];
  for (let time = 0; time <= horizon; time += step) {
    lines.push(`<path d="M${x(time)} ${top - 10}V${bottom}" stroke="${ink.rule}"/>`);
    lines.push(words(x(time), bottom + 16, timeText(time), 11, ink.text, "middle"));
  }
  return lines;
}

const nameOf = (name: string, priority: number, y: number): string =>
  words(left - 12, y + barHeight - 7, `${name} (${priority})`, 12, ink.strong, "end");

const rect = (x: number, y: number, wide: number, high: number, fill: string, title: string) =>
  `<rect x="${x}" y="${y}" width="${Number(Math.max(wide, 0.5).toFixed(2))}" height="${high}" ` +
  `fill="${fill}"><title>${escaped(title)}</title></rect>`;

const words = (x: number, y: number, text: string, size: number, fill: string, anchor = "start") =>
  `<text x="${x}" y="${y}" font-size="${size}" fill="${fill}" text-anchor="${anchor}">` +
  `${escaped(text)}</text>`;

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
