/**
 * Text for people: a little colour, and tables. A pipe, `NO_COLOR` (no-color.org) and `TERM=dumb`
 * get plain text, `FORCE_COLOR` overrules them for those who pipe into a pager that can.
 */
import { stripVTControlCharacters } from "node:util";
import type { CliIo, TextSink } from "./io.js";

export type Tone = "good" | "bad" | "warning" | "quiet" | "strong";

const codes: Readonly<Record<Tone, readonly [open: number, close: number]>> = {
  good: [32, 39],
  bad: [31, 39],
  warning: [33, 39],
  quiet: [2, 22],
  strong: [1, 22],
};

export type Paint = (tone: Tone, text: string) => string;

/** How to colour what goes to `sink`: not at all where colour is not wanted. */
export function paintFor(io: CliIo, sink: TextSink): Paint {
  if (!wantsColour(io.env, sink)) return (_tone, text) => text;
  return (tone, text) => `\u001b[${codes[tone][0]}m${text}\u001b[${codes[tone][1]}m`;
}

function wantsColour(env: CliIo["env"], sink: TextSink): boolean {
  if (isSet(env["NO_COLOR"])) return false;
  if (isSet(env["FORCE_COLOR"]) && env["FORCE_COLOR"] !== "0") return true;
  return sink.isTerminal && env["TERM"] !== "dumb";
}

const isSet = (value: string | undefined): boolean => value !== undefined && value !== "";

/** What moves the cursor, colours, or turns the order of letters about. */
const commands = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** What somebody else has written, in one line: it must not command the terminal. */
export const harmless = (text: string): string => text.replace(commands, "\ufffd");

/** The same where there may be several lines. */
export const harmlessLines = (text: string): string => text.split("\n").map(harmless).join("\n");

export interface Column {
  readonly title: string;
  /** Numbers stand right, words left. */
  readonly align?: "left" | "right";
}

/** The width of text on the screen: colour takes no room. */
export const widthOf = (text: string): number => [...stripVTControlCharacters(text)].length;

/**
 * Lays rows out in columns, two blanks apart, and ends every line. A cell that a row lacks is
 * empty.
 */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const titles = columns.map((column) => column.title);
  const lines = titles.some((title) => title !== "") ? [titles, ...rows] : rows;
  const widths = columns.map((_, index) =>
    Math.max(0, ...lines.map((line) => widthOf(line[index] ?? ""))),
  );
  return lines.map((line) => `${layOut(columns, widths, line)}\n`).join("");
}

function layOut(
  columns: readonly Column[],
  widths: readonly number[],
  line: readonly string[],
): string {
  const cells = columns.map((column, index) => {
    const cell = line[index] ?? "";
    const padding = " ".repeat((widths[index] ?? 0) - widthOf(cell));
    return column.align === "right" ? padding + cell : cell + padding;
  });
  return cells.join("  ").trimEnd();
}

/**
 * How far long work has come: one line of stderr that is written over, and gone when all is done.
 * Only a terminal is told.
 *
 * @param text what is counted, and how it goes so far
 */
export function tellProgress(io: CliIo, done: number, total: number, text: string): void {
  if (!io.stderr.isTerminal) return;
  const percent = Math.floor((100 * done) / total);
  const end = done === total ? "\r\u001b[K" : "";
  io.stderr.write(`\r${percent} %  ${done} of ${total} ${text}\u001b[K${end}`);
}
