/** A judged history as an SVG file: a lane for each process, a bar for each operation. */

import { operationText } from "../../consistency/words.js";
import { ink, tones } from "../plot/colours.js";
import type { Judgement } from "./judge.js";
import { type Layout, layOut, type Placed } from "./layout.js";
import { type Scene, sceneOf } from "./scene.js";
import { circle, escaped, line, rect, words } from "./svg.js";
import { headline, subline } from "./titles.js";
import { cut, momentText } from "./words.js";

const left = 96;
const top = 132;
const laneHeight = 52;
const barTop = 20;
const barHeight = 20;
const pointRadius = 9;
const widthMin = 760;
const orderY = 98;

export function historyPicture(judgement: Judgement): string {
  return drawScene(judgement, sceneOf(judgement));
}

export function drawScene(judgement: Judgement, scene: Scene): string {
  const layout = layOut(scene, left);
  const width = Math.max(widthMin, Math.ceil(layout.right) + 24);
  const bottom = top + scene.processes.length * laneHeight;
  const height = bottom + 34;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" ` +
      `width="${width}" height="${height}" font-family="sans-serif">`,
    `<title>${escaped(`holdfast history check ${judgement.name}`)}</title>`,
    rect(0, 0, width, height, `fill="#ffffff"`),
    ...titles(judgement, scene),
    ...lanes(scene, width),
    ...(scene.timed ? orderStrip(layout, bottom, width) : []),
    ...layout.placed.map((placed) => bar(placed, laneOf(placed, scene), judgement)),
    ...layout.placed.flatMap((placed) => dot(placed, laneOf(placed, scene))),
    ...endOf(layout, bottom),
    ...axis(layout, bottom, judgement),
    "</svg>\n",
  ].join("\n");
}

const laneOf = ({ operation }: Placed, { processes }: Scene): number =>
  top + processes.indexOf(operation.process) * laneHeight;

function titles(judgement: Judgement, { leftOut }: Scene): readonly string[] {
  const bad = judgement.verdict.verdict === "not";
  const out = leftOut === 0 ? "" : ` · ${leftOut} more not drawn`;
  return [
    words(16, 28, headline(judgement), 18, bad ? tones.bad : ink.strong),
    words(16, 48, cut(`${subline(judgement)}${out}`, 150), 12, ink.text),
    ...key(bad),
  ];
}

function key(bad: boolean): readonly string[] {
  const entries = [
    [fills.plain, strokes.plain, "", "answered"],
    [fills.failed, strokes.failed, "", "failed"],
    [fills.unknown, strokes.plain, ` stroke-dasharray="4 3"`, "outcome unknown"],
    ...(bad
      ? [
          [fills.core, strokes.core, "", "contradict one another"],
          [fills.stuck, strokes.stuck, "", "has no place"],
        ]
      : []),
  ];
  let x = 16;
  return entries.flatMap(([fill = "", stroke = "", dash = "", text = ""]) => {
    const at = x;
    x += 40 + text.length * 6.6;
    return [
      rect(at, 60, 16, 12, `fill="${fill}" stroke="${stroke}"${dash} rx="2"`),
      words(at + 22, 70, text, 12, ink.text),
    ];
  });
}

const fills = {
  plain: "#dcebf5",
  failed: "#ececec",
  unknown: "#ffffff",
  core: "#fbe3b5",
  stuck: "#f7c4ab",
} as const;

const strokes = { plain: "#0072B2", failed: "#8a8a8a", core: "#E69F00", stuck: tones.bad } as const;

function lanes({ processes }: Scene, width: number): readonly string[] {
  return processes.flatMap((process, place) => {
    const y = top + place * laneHeight;
    const middle = y + barTop + barHeight / 2;
    return [
      line(left, middle, width - 16, middle, ink.rule),
      words(left - 14, middle + 4, cut(process, 11), 12, ink.strong, "end"),
    ];
  });
}

/** The order above the lanes, and in a few words what the object is after each. */
function orderStrip({ placed }: Layout, bottom: number, width: number): readonly string[] {
  const points = placed.filter(({ at }) => at !== null);
  if (points.length === 0) return [];
  return [
    line(left, orderY, width - 16, orderY, ink.quiet),
    words(left - 14, orderY + 4, "state", 12, ink.text, "end"),
    ...points.flatMap(({ at, state }) => {
      const x = at ?? 0;
      const drop = line(x, orderY, x, bottom - 10, "#e9e9e9");
      if (state === "") return [drop, circle(x, orderY, 2, ink.quiet)];
      return [
        drop,
        circle(x, orderY, 3.5, ink.strong),
        words(x - 3, orderY + 17, state, 11, ink.strong),
      ];
    }),
  ];
}

function bar(placed: Placed, y: number, judgement: Judgement): string {
  const { operation, from, to, open, role, label } = placed;
  const fill =
    operation.status === "ok" || role !== "plain" ? fills[role] : fills[statusFill(placed)];
  const stroke = operation.status === "fail" && role === "plain" ? strokes.failed : strokes[role];
  const dash = operation.status === "unknown" ? ` stroke-dasharray="4 3"` : "";
  const wide = role === "plain" ? 1 : 2;
  const shape = open ? openBar(from, to, y + barTop) : closedBar(from, to, y + barTop);
  return [
    `<g class="operation" data-operation="${operation.call}">`,
    `<title>${escaped(hint(placed, judgement))}</title>`,
    `<path d="${shape}" fill="${fill}" stroke="${stroke}" stroke-width="${wide}"${dash}/>`,
    words(from, y + barTop - 5, label, 11, role === "stuck" ? tones.bad : ink.strong),
    "</g>",
  ].join("");
}

const statusFill = ({ operation }: Placed) => (operation.status === "fail" ? "failed" : "unknown");

const closedBar = (from: number, to: number, y: number): string =>
  `M${from} ${y}H${to}V${y + barHeight}H${from}Z`;

/** Without an end on the right, and with a point that says so. */
const openBar = (from: number, to: number, y: number): string =>
  `M${to - 8} ${y}H${from}V${y + barHeight}H${to - 8}L${to} ${y + barHeight / 2}Z`;

function hint({ operation, point, role }: Placed, judgement: Judgement): string {
  const from = momentText(operation.calledAt, judgement);
  const to = momentText(operation.returnedAt, judgement);
  const lines = [
    `process ${operation.process}: ${operationText(operation)}`,
    `called at ${from}, returned at ${to}, line ${judgement.lineOf(operation)}`,
  ];
  if (point !== null)
    lines.push(`number ${point.number} of the order; state after it: ${point.state}`);
  if (role === "stuck") lines.push("has a place in no order");
  if (role === "core") lines.push("one of those that contradict one another");
  return lines.join("\n");
}

function dot({ at, point, role, operation }: Placed, y: number): readonly string[] {
  if (at === null || point === null) return [];
  const middle = y + barTop + barHeight / 2;
  const text = String(point.number);
  const size = text.length > 2 ? 8 : 10;
  return [
    `<g pointer-events="none" data-point="${operation.call}">`,
    circle(at, middle, pointRadius, role === "core" ? "#8a5f00" : strokes.plain),
    words(at, middle + 3.5, text, size, "#ffffff", "middle"),
    "</g>",
  ];
}

function endOf({ end, placed }: Layout, bottom: number): readonly string[] {
  if (!placed.some(({ role }) => role === "stuck") || end === null) return [];
  const x = end;
  return [
    `<path d="M${x} ${orderY - 8}V${bottom - 6}" stroke="${tones.bad}" stroke-width="2" ` +
      `stroke-dasharray="6 4"/>`,
    words(x - 6, orderY - 6, "no order goes on", 11, tones.bad, "end"),
  ];
}

/** When the calls were, where there is room to say so. */
function axis({ placed }: Layout, bottom: number, judgement: Judgement): readonly string[] {
  let last = 0;
  const calls = [...placed].sort((one, other) => one.from - other.from);
  return calls.flatMap(({ from, operation }) => {
    if (from < last) return [];
    last = from + 64;
    const text = momentText(operation.calledAt, judgement);
    return [
      line(from, bottom - 4, from, bottom + 4, ink.quiet),
      words(from, bottom + 17, text, 11, ink.text, "middle"),
    ];
  });
}
