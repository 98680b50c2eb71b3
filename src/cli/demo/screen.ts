/**
 * A picture on a terminal, drawn over the one before. It uses the terminal's second screen, so that
 * what stood there before comes back when the picture is closed, and no line of it ever wraps: a
 * row that wraps would push the rows below out of the screen.
 */
import type { TextSink } from "../io.js";
import { type Column, table, widthOf } from "../terminal.js";

/** In characters. */
export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/** What a terminal that does not tell its size is taken for. */
const usualSize: ScreenSize = { columns: 80, rows: 24 };

const control = "\u001b[";
const enter = `${control}?1049h${control}?25l`;
const leave = `${control}?25h${control}?1049l`;
const home = `${control}H`;
const clearLine = `${control}K`;
const clearBelow = `${control}J`;

export class Screen {
  readonly #sink: TextSink;
  #open = false;

  constructor(sink: TextSink) {
    this.#sink = sink;
  }

  /** It may change at any time. A terminal of 0 columns is one that does not know. */
  get size(): ScreenSize {
    const { columns, rows } = this.#sink;
    return { columns: columns || usualSize.columns, rows: rows || usualSize.rows };
  }

  /** What does not fit is cut off. */
  draw(picture: string): void {
    if (!this.#open) this.#sink.write(enter);
    this.#open = true;
    const { columns, rows } = this.size;
    const lines = picture.trimEnd().split("\n").slice(0, rows);
    const drawn = lines.map((line) => `${clip(line, columns)}${clearLine}`);
    this.#sink.write(`${home}${drawn.join("\n")}${clearBelow}`);
  }

  /** Gives the terminal back as it was. Closing twice, or what was never drawn on, is harmless. */
  close(): void {
    if (this.#open) this.#sink.write(leave);
    this.#open = false;
  }
}

const colourOrCharacter = /(\p{Cc}\[[0-9;]*m)|./gu;

/** The beginning of a line that fits; colours are kept, and take no room. */
export function clip(line: string, columns: number): string {
  if (widthOf(line) <= columns) return line;
  let left = columns;
  return line.replace(colourOrCharacter, (character, colour?: string) => {
    if (colour !== undefined) return colour;
    left -= 1;
    return left >= 0 ? character : "";
  });
}

/** A table that leaves out its last columns, one by one, until a row fits; the first stays. */
export function tableWithin(
  width: number,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string {
  for (let count = columns.length; count > 1; count -= 1) {
    const text = table(
      columns.slice(0, count),
      rows.map((row) => row.slice(0, count)),
    );
    if (text.split("\n").every((line) => widthOf(line) <= width)) return text;
  }
  return table(columns.slice(0, 1), rows);
}

/** Puts items in lines of at most `width`, three blanks apart. An item is never broken. */
export function flow(width: number, items: readonly string[]): readonly string[] {
  const lines: string[] = [];
  for (const item of items) {
    const longer = lines.length === 0 ? item : `${lines.at(-1)}   ${item}`;
    if (lines.length === 0 || widthOf(longer) > width) lines.push(item);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}
