/** Operations and verdicts in few words. */
import { unreachable } from "../kernel/assert.js";
import type { Operation } from "./operation.js";
import { isFields, isList, type Value } from "./value.js";
import type { Progress, Verdict, Violation } from "./verdict.js";

/** Without the signs of JSON that say nothing: `value auto, version 3`. */
export function brief(value: Value): string {
  if (typeof value === "string") return /^[\w.:/-]+$/.test(value) ? value : JSON.stringify(value);
  if (isList(value)) return `[${value.map(brief).join(" ")}]`;
  if (!isFields(value)) return String(value);
  return Object.entries(value)
    .map(([key, field]) => `${key} ${brief(field)}`)
    .join(", ");
}

/** `read → 2`, `put mode value auto → version 1`, `cas [1 3] → failed`, `write 3 → ?`. */
export function operationText(operation: Operation): string {
  const { kind, key, input } = operation;
  const asked = [kind, ...(key === null ? [] : [key]), ...(input === null ? [] : [brief(input)])];
  const answer = answerText(operation);
  return answer === "" ? asked.join(" ") : `${asked.join(" ")} → ${answer}`;
}

/** Kinds that are asked for their answer, so that null is one. */
const looks: readonly string[] = ["read", "get", "dequeue", "total"];

function answerText({ status, output, kind }: Operation): string {
  if (status === "unknown") return "?";
  if (status === "fail") return output === null ? "failed" : `failed, ${brief(output)}`;
  return output === null && !looks.includes(kind) ? "" : brief(output);
}

/**
 * A verdict in one line, for the message of a test. Whoever has the history in a file gets more
 * from `holdfast history check`.
 */
export function verdictText(verdict: Verdict): string {
  switch (verdict.verdict) {
    case "linearizable":
    case "sequential":
      return verdict.verdict;
    case "not":
      return violationText(verdict);
    case "unknown":
      return `unknown after ${verdict.work.steps} steps: ${placedText(verdict)}`;
    default:
      return unreachable(verdict);
  }
}

const placedText = ({ placed, required }: Progress): string =>
  `the longest orders have a place for ${placed} of ${required} operations`;

function violationText({ stuck, states, core }: Violation): string {
  const told = (operations: readonly Operation[]): string =>
    operations.map((each) => `${each.process} ${operationText(each)}`).join("; ");
  const state = states.join(" | ");
  const fault = `no order has a place for ${told(stuck)}, where the state was ${state}`;
  if (core === null || core.operations.length < 2) return fault;
  return `${fault}; in contradiction, whatever the others did: ${told(core.operations)}`;
}
