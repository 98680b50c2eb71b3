/** Texts and times as the command shows them. */
import type { History } from "../../consistency/operation.js";
import { timeText } from "../schedule/findings.js";

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
