/** Reads the text of a history in any format that is known. */
import type { Value } from "../value.js";
import { historySchema, readLines, schemaName } from "./lines.js";
import { readOperations } from "./operations-file.js";
import type { HistoryRead, ReadProblem } from "./read.js";

export function readHistory(text: string): HistoryRead {
  const start = text.trimStart();
  if (start === "") return notOurs(1, "a history, and the file is empty");
  const firstLine = start.slice(0, start.indexOf("\n") + 1 || undefined);
  if (firstLine.includes(schemaName)) return readLines(start);
  const parsed = parse(text);
  return "expected" in parsed ? parsed : readOperations(text, parsed.value);
}

function parse(text: string): { readonly value: Value } | ReadProblem {
  try {
    return { value: JSON.parse(text) as Value };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const place = Number(/at position (\d+)/.exec(reason)?.[1] ?? 0);
    const line = text.slice(0, place).split("\n").length;
    return notOurs(
      line,
      `lines that begin with "${historySchema}", or one object of JSON with ops`,
    );
  }
}

const notOurs = (line: number, expected: string): ReadProblem => ({
  ...{ ok: false, line, path: "", expected },
});
