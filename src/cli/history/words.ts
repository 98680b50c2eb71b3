/** Texts and times as the command shows them. */
import { timeText } from "../schedule/findings.js";

export const cut = (text: string, lengthMax: number): string =>
  [...text].length <= lengthMax ? text : `${[...text].slice(0, lengthMax - 1).join("")}…`;

/** Microseconds of the recorder, or the bare numbers of a collection. */
export function momentText(at: number | null, { microseconds }: { microseconds: boolean }): string {
  if (at === null) return "never";
  return microseconds ? timeText(at) : String(at);
}
