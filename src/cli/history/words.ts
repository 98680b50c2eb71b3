/** Texts and times as the command shows them. */
import { timeText } from "../schedule/findings.js";
import { harmless } from "../terminal.js";

/** Also of what a file brings: in one line, and nothing that a terminal would do. */
export function cut(text: string, lengthMax: number): string {
  const letters = [...harmless(text)];
  return letters.length <= lengthMax
    ? letters.join("")
    : `${letters.slice(0, lengthMax - 1).join("")}…`;
}

/** Microseconds of the recorder, or the bare numbers of a collection. */
export function momentText(at: number | null, { microseconds }: { microseconds: boolean }): string {
  if (at === null) return "never";
  return microseconds ? timeText(at) : String(at);
}
