/** The judgement of a history as text for people. */

import type { Operation } from "../../consistency/operation.js";
import { statesAlong } from "../../consistency/trace.js";
import type { Ordered, Verdict } from "../../consistency/verdict.js";
import { operationText } from "../../consistency/words.js";
import { unreachable } from "../../kernel/assert.js";
import { type Paint, table } from "../terminal.js";
import type { Judgement } from "./judge.js";
import { cut, momentText } from "./words.js";

/** Of an order, the last are shown: there it ends. */
const orderedShown = 12;
const textLengthMax = 60;

type Not = Extract<Verdict, { verdict: "not" }>;
type Unknown = Extract<Verdict, { verdict: "unknown" }>;

export function historyText(judgement: Judgement, paint: Paint): string {
  const { verdict, notes } = judgement;
  const lines = [...bodyOf(judgement, paint), ...notes.map((note) => `note: ${note}`)];
  const body = lines.length === 0 ? "" : `\n${lines.join("\n")}\n`;
  return `${headOf(judgement, paint)}\n${body}\n${workText(verdict, judgement.took)}\n`;
}

function headOf({ verdict, consistency, name, history, model }: Judgement, paint: Paint): string {
  const processes = new Set(history.operations.map(({ process }) => process)).size;
  const count = history.operations.length;
  const about = `(${model.name}, ${count} operations of ${processes} processes)`;
  switch (verdict.verdict) {
    case "linearizable":
    case "sequential":
      return `${paint("good", "OK")} ${name} is ${consistency} ${about}`;
    case "not":
      return `${paint("bad", "NOT OK")} ${name} is not ${consistency} ${about}`;
    case "unknown":
      return `${paint("warning", "UNKNOWN")} ${name}: no verdict ${about}`;
    default:
      return unreachable(verdict);
  }
}

function bodyOf(judgement: Judgement, paint: Paint): readonly string[] {
  const { verdict } = judgement;
  if (verdict.verdict === "unknown") return unknownText(verdict);
  return verdict.verdict === "not" ? notText(judgement, verdict, paint) : [];
}

function notText(judgement: Judgement, verdict: Not, paint: Paint): readonly string[] {
  return [
    ...verdict.stuck.map((operation) => `${paint("bad", "✗")} ${stuckText(operation, judgement)}`),
    ...placeText(verdict, judgement),
    ...coreText(verdict, judgement),
    ...prefixText(verdict, judgement),
  ];
}

function stuckText(operation: Operation, { lineOf, file }: Judgement): string {
  const { process } = operation;
  const text = cut(operationText(operation), textLengthMax);
  return `${file}:${lineOf(operation)}: process ${cut(process, textLengthMax)}: ${text}`;
}

function placeText({ stuck, states, keys }: Not, judgement: Judgement) {
  const [first] = stuck;
  const list = states.map((state) => cut(state, textLengthMax)).join(" | ");
  const of = keys.join("") === "" ? "" : ` of ${cut(keys.join(", "), textLengthMax)}`;
  const state = `  the state${of} could only be: ${list}`;
  if (judgement.consistency === "sequential" || first === undefined) {
    const which = stuck.length === 1 ? "it" : "each of these";
    return [`  ${which} must come next in its process, and can after no order;`, state];
  }
  const from = momentText(first.calledAt, judgement);
  const to = momentText(first.returnedAt, judgement);
  return [`  cannot have taken effect between its call at ${from} and its return at ${to};`, state];
}

function coreText({ core, stuck }: Not, judgement: Judgement): readonly string[] {
  if (core === null) return [];
  const [only] = core.operations;
  if (core.operations.length === 1 && only === stuck[0]) {
    return ["", "It contradicts the history by itself, whatever the others did."];
  }
  const rows = core.operations.map((operation) => rowOf(operation, judgement));
  const tried = core.minimal ? "" : " (perhaps fewer do: the work was over before all were tried)";
  const count = core.operations.length;
  const title = `These ${count} contradict one another, whatever the others did${tried}:`;
  return ["", title, table(columns, rows).trimEnd()];
}

const columns = ["line", "process", "operation", "called", "returned"].map((title) => ({ title }));

function rowOf(operation: Operation, judgement: Judgement): readonly string[] {
  return [
    String(judgement.lineOf(operation)),
    cut(operation.process, textLengthMax),
    cut(operationText(operation), textLengthMax),
    momentText(operation.calledAt, judgement),
    momentText(operation.returnedAt, judgement),
  ];
}

function prefixText({ prefix }: Not, { history, model, lineOf }: Judgement): readonly string[] {
  if (prefix.length === 0) return [];
  const states = statesAlong(prefix, history, model);
  const from = Math.max(0, prefix.length - orderedShown);
  const rows = prefix
    .slice(from)
    .map(({ operation }: Ordered, place) => [
      String(from + place + 1),
      String(lineOf(operation)),
      cut(operation.process, textLengthMax),
      cut(operationText(operation), textLengthMax),
      cut(states[from + place] ?? "", textLengthMax),
    ]);
  const shown = from === 0 ? "" : `, of which these are the last ${orderedShown}`;
  const titles = ["", "line", "process", "operation", "state after it"].map((title) => ({ title }));
  return ["", `The longest order has ${prefix.length}${shown}:`, table(titles, rows).trimEnd()];
}

function unknownText({ parts, placed, required, work }: Unknown): readonly string[] {
  const of = `${parts.length} of ${work.parts} parts`;
  const room = work.forgotten > 0 ? "; memory for visited configurations was full" : "";
  return [
    `The time was over before all orders were tried: ${of} are not judged.`,
    `The longest orders have a place for ${placed} of ${required} operations${room}.`,
    "Give it more --timeout, or record shorter histories, with more keys and fewer processes.",
  ];
}

function workText({ work }: Verdict, took: number): string {
  const parts = work.parts === 1 ? "1 part" : `${work.parts} parts`;
  return `${parts}, ${work.steps} steps, ${work.visited} configurations, ${took.toFixed(0)}ms`;
}
