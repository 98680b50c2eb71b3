/** Operations in few words. */
import type { History, Operation } from "../../consistency/operation.js";
import { isFields, isList, type Value } from "../../consistency/value.js";
import { timeText } from "../schedule/findings.js";

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

function answerText({ status, output, kind }: Operation): string {
  if (status === "unknown") return "?";
  if (status === "fail") return output === null ? "failed" : `failed, ${brief(output)}`;
  const looks = ["read", "get", "dequeue", "total"].includes(kind);
  return output === null && !looks ? "" : brief(output);
}

export const cut = (text: string, lengthMax: number): string =>
  [...text].length <= lengthMax ? text : `${[...text].slice(0, lengthMax - 1).join("")}…`;

/** Microseconds of the recorder, or the bare numbers of a collection. */
export function momentText(at: number | null, history: History): string {
  if (at === null) return "never";
  return hasMicroseconds(history) ? timeText(at) : String(at);
}

/** Collections count events; then the times are whole numbers not far above their count. */
function hasMicroseconds({ operations }: History): boolean {
  const last = operations.at(-1)?.calledAt ?? 0;
  return last > operations.length * 10;
}
