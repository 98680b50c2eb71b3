/** Reads the file of a history, whatever its format. */
import { basename, resolve } from "node:path";
import type { ReadHistory } from "../../consistency/history/read.js";
import { readHistory } from "../../consistency/history/read-text.js";
import { CliFailure } from "../exit.js";
import type { CliIo } from "../io.js";
import { readTextFile } from "../text-file.js";

export interface LoadedHistory extends ReadHistory {
  /** As the person named it. */
  readonly file: string;
  readonly name: string;
}

const bytesMax = 268_435_456;

/** @throws CliFailure (invalid file) with the place and what was expected there */
export async function loadHistory(io: CliIo, file: string): Promise<LoadedHistory> {
  const content = await readTextFile(resolve(io.cwd, file), bytesMax);
  if (!content.ok) {
    const message = `${file}: expected a file of text, at most 256MiB: ${content.why}`;
    throw new CliFailure("invalidFile", message, { file, line: null });
  }
  const read = readHistory(content.text);
  if (read.ok) return { ...read, file, name: basename(file) };
  throw invalidHistory(file, read.line, read.path, read.expected);
}

export function invalidHistory(file: string, line: number, path: string, expected: string) {
  const where = path === "" ? "" : ` ${path}:`;
  const message = `${file}:${line}:${where} expected ${expected}`;
  return new CliFailure("invalidFile", message, { file, line, path, expected });
}
