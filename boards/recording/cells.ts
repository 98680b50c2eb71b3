/** Splits one line of CSV into its cells (RFC 4180, section 2, rules 4 to 7, within a line). */

/**
 * The cells, without the spaces around them and without their quotes; null where a quoted cell
 * does not end, or goes on after its end. A line with more than `cellsMax` cells gives `cellsMax`
 * and one, so that a hostile line costs no more than a good one.
 */
export function splitCells(line: string, cellsMax: number): string[] | null {
  if (!line.includes('"')) return line.split(",", cellsMax + 1).map((cell) => cell.trim());
  const cells: string[] = [];
  for (let start = 0; start <= line.length && cells.length <= cellsMax; ) {
    const open = openingQuote(line, start);
    const cell = open === null ? plainCell(line, start) : quotedCell(line, open);
    if (cell === null) return null;
    cells.push(cell.text);
    start = cell.next;
  }
  return cells;
}

interface Cell {
  readonly text: string;
  /** Where the next cell begins: past the end of the line after the last. */
  readonly next: number;
}

/** Where the quote stands with which the cell at `start` begins; null for a plain cell. */
function openingQuote(line: string, start: number): number | null {
  let index = start;
  while (line[index] === " " || line[index] === "\t") index += 1;
  return line[index] === '"' ? index : null;
}

function plainCell(line: string, start: number): Cell | null {
  const end = commaFrom(line, start);
  const text = line.slice(start, end).trim();
  return text.includes('"') ? null : { text, next: end + 1 };
}

/** Within quotes a doubled quote stands for one. */
function quotedCell(line: string, open: number): Cell | null {
  let close = line.indexOf('"', open + 1);
  while (close !== -1 && line[close + 1] === '"') close = line.indexOf('"', close + 2);
  if (close === -1) return null;
  const end = commaFrom(line, close + 1);
  if (line.slice(close + 1, end).trim() !== "") return null;
  return {
    text: line
      .slice(open + 1, close)
      .replaceAll('""', '"')
      .trim(),
    next: end + 1,
  };
}

/** The first comma from `start` on, or the end of the line. */
function commaFrom(line: string, start: number): number {
  const comma = line.indexOf(",", start);
  return comma === -1 ? line.length : comma;
}
