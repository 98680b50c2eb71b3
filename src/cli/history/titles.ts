/** What the picture and the page say above all. */

import { operationText } from "../../consistency/words.js";
import { unreachable } from "../../kernel/assert.js";
import type { Judgement } from "./judge.js";
import { cut } from "./words.js";

export function headline({ verdict, name, consistency }: Judgement): string {
  switch (verdict.verdict) {
    case "linearizable":
    case "sequential":
      return `${name} is ${consistency}`;
    case "not":
      return `${name} is not ${consistency}`;
    case "unknown":
      return `${name}: no verdict`;
    default:
      return unreachable(verdict);
  }
}

export function subline({ verdict, model, history, consistency }: Judgement): string {
  const about = `${model.name}, ${history.operations.length} operations`;
  if (verdict.verdict === "unknown") return `${about}; the time was over`;
  if (verdict.verdict !== "not") return `${about}; the numbers are an order that explains them`;
  const [first] = verdict.stuck;
  const states = verdict.states.map((state) => cut(state, 40)).join(" or ");
  if (first === undefined || consistency === "sequential") {
    return `${about}; the longest order ends in the state ${states}`;
  }
  const text = `process ${first.process}, ${operationText(first)}`;
  return `${text}: but before it returned the state was ${states}`;
}
