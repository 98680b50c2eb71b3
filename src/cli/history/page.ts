/**
 * A judged history as a page of its own, with nothing to be fetched: the picture, and beside the
 * pointer all that is known of an operation.
 */
import { statesAlong } from "../../consistency/trace.js";
import { operationText } from "../../consistency/words.js";
import type { Judgement } from "./judge.js";
import { drawScene } from "./picture.js";
import { type Drawn, type Scene, sceneOf } from "./scene.js";
import { escaped } from "./svg.js";
import { headline, subline } from "./titles.js";
import { momentText } from "./words.js";

export function historyPage(judgement: Judgement): string {
  const scene = sceneOf(judgement);
  return [
    `<!doctype html>`,
    `<html lang="en"><head><meta charset="utf-8">`,
    `<meta name="viewport" content="width=device-width">`,
    `<title>${escaped(headline(judgement))}</title>`,
    `<style>${style}</style></head><body>`,
    `<h1>${escaped(headline(judgement))}</h1>`,
    `<p>${escaped(subline(judgement))}</p>`,
    `<div class="picture">${drawScene(judgement, scene)}</div>`,
    `<div id="told" hidden></div>`,
    ...coreTable(judgement),
    ...orderTable(judgement),
    `<script type="application/json" id="operations">${dataOf(scene, judgement)}</script>`,
    `<script>${script}</script>`,
    `</body></html>\n`,
  ].join("\n");
}

const style = `
body { font: 15px sans-serif; margin: 24px; color: #111; background: #fff }
h1 { font-size: 22px; margin: 0 }
.picture { overflow-x: auto; border: 1px solid #ddd; margin: 16px 0 }
.operation { cursor: default }
.operation:hover path, .operation.chosen path { stroke-width: 3 }
#told { position: fixed; max-width: 420px; padding: 10px 12px; background: #fff;
  border: 1px solid #777; box-shadow: 0 2px 8px #0003; font-size: 13px; pointer-events: none }
#told b { display: block; margin-bottom: 6px }
#told td { padding: 1px 10px 1px 0; vertical-align: top; overflow-wrap: anywhere }
#told td:first-child { color: #555; white-space: nowrap }
table.rows { border-collapse: collapse; font-size: 13px }
table.rows th, table.rows td { text-align: left; padding: 3px 14px 3px 0;
  border-bottom: 1px solid #ddd }
`;

/** Texts are set as text, never as marks: they come from a file. */
const script = `
const told = document.getElementById("told");
const known = JSON.parse(document.getElementById("operations").textContent);
const show = (event, group) => {
  const { title, rows } = known[group.dataset.operation];
  const heading = Object.assign(document.createElement("b"), { textContent: title });
  const table = document.createElement("table");
  for (const row of rows) {
    const line = table.insertRow();
    for (const text of row) line.insertCell().textContent = text;
  }
  told.replaceChildren(heading, table);
  told.hidden = false;
  const x = Math.min(event.clientX + 14, innerWidth - told.offsetWidth - 8);
  const y = Math.min(event.clientY + 14, innerHeight - told.offsetHeight - 8);
  Object.assign(told.style, { left: x + "px", top: y + "px" });
};
for (const group of document.querySelectorAll(".operation")) {
  group.querySelector("title").remove();
  group.addEventListener("pointermove", (event) => show(event, group));
  group.addEventListener("pointerleave", () => { told.hidden = true; });
}
`;

/** As JSON that cannot end the element it stands in. */
function dataOf({ drawn }: Scene, judgement: Judgement): string {
  const entries = drawn.map((each) => [each.operation.call, detailsOf(each, judgement)]);
  return JSON.stringify(Object.fromEntries(entries)).replaceAll("<", "\\u003c");
}

function detailsOf({ operation, role, point }: Drawn, judgement: Judgement) {
  const { process, kind, key, input, output, status, calledAt, returnedAt } = operation;
  const place = point === null ? [] : [["in the order", String(point.number)]];
  const state = point === null ? [] : [["state after it", point.state]];
  const why = { plain: [], core: [["", "one of those that contradict one another"]] };
  const says = role === "stuck" ? [["", "has a place in no order"]] : why[role];
  const rows = [
    ["process", process],
    ["asked", `${kind}${key === null ? "" : ` ${key}`}`],
    ["input", JSON.stringify(input)],
    ["output", status === "unknown" ? "unknown" : JSON.stringify(output)],
    ["status", status],
    ["called", momentText(calledAt, judgement)],
    ["returned", momentText(returnedAt, judgement)],
    ["line", String(judgement.lineOf(operation))],
    ...[...place, ...state, ...says],
  ];
  return { title: operationText(operation), rows };
}

function coreTable(judgement: Judgement): readonly string[] {
  const { verdict, lineOf } = judgement;
  if (verdict.verdict !== "not" || verdict.core === null) return [];
  const rows = verdict.core.operations.map((operation) => [
    String(lineOf(operation)),
    operation.process,
    operationText(operation),
    momentText(operation.calledAt, judgement),
    momentText(operation.returnedAt, judgement),
  ]);
  const titles = ["line", "process", "operation", "called", "returned"];
  return ["<h2>These contradict one another, whatever the others did</h2>", rowsOf(titles, rows)];
}

/** What an order of thousands would add, no reader would find. */
const rowsMax = 200;

function orderTable({ verdict, history, model, lineOf }: Judgement): readonly string[] {
  if (verdict.verdict === "unknown") return [];
  const not = verdict.verdict === "not";
  const order = not ? verdict.prefix : verdict.order;
  const states = statesAlong(order, history, model);
  const from = not ? Math.max(0, order.length - rowsMax) : 0;
  const rows = order
    .slice(from, from + rowsMax)
    .map(({ operation }, place) => [
      String(from + place + 1),
      String(lineOf(operation)),
      operation.process,
      operationText(operation),
      states[from + place] ?? "",
    ]);
  const shown = rows.length === order.length ? "" : `, of which ${rows.length} are shown`;
  const title = not ? "The longest order" : "An order that explains every answer";
  const titles = ["", "line", "process", "operation", "state after it"];
  return [`<h2>${title}: ${order.length} operations${shown}</h2>`, rowsOf(titles, rows)];
}

function rowsOf(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (row: readonly string[], tag: string): string =>
    `<tr>${row.map((text) => `<${tag}>${escaped(text)}</${tag}>`).join("")}</tr>`;
  const body = rows.map((row) => cells(row, "td")).join("\n");
  return `<table class="rows">${cells(titles, "th")}\n${body}</table>`;
}
