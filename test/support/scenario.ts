/**
 * Runs scenario files. A blank line parts the stanzas of a file; a stanza is comment lines that
 * begin with `#`, a command, a line of four dashes, and what the command printed:
 *
 *     # The queue holds two.
 *     push a b c
 *     ----
 *     dropped a
 *
 * `REWRITE=1` writes the real output back, so a change of behaviour is read as a diff of these
 * files, and never as a diff of test code. A rewritten file is read by a person before it is
 * committed.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, it } from "vitest";

export interface Command {
  readonly name: string;
  readonly words: readonly string[];
  /** The words of the form `name=value`. */
  readonly named: ReadonlyMap<string, string>;
}

/** Answers one command with the text to expect under it. A silent command is answered with "". */
export type Play = (command: Command) => string;

const bar = "----";

/**
 * Makes a test of each `.txt` file of a folder, named after the file.
 *
 * @param begin called once a file: scenarios share nothing
 */
export function playScenarios(folder: string, begin: () => Play): void {
  const files = readdirSync(folder).filter((name) => name.endsWith(".txt"));
  expect(files, `scenarios in ${folder}`).not.toEqual([]);
  for (const file of files.sort()) {
    it(file.replace(/\.txt$/, "").replaceAll("-", " "), () => {
      const path = join(folder, file);
      const expected = readFileSync(path, "utf8");
      const actual = replayScenario(expected, begin());
      if (process.env["REWRITE"] === "1") writeFileSync(path, actual);
      else expect(actual, `${relative(process.cwd(), path)}: REWRITE=1 accepts it`).toBe(expected);
    });
  }
}

/** The scenario with the output that its commands really print. */
export function replayScenario(text: string, play: Play): string {
  const stanzas = text.trimEnd().split(/\n{2,}/);
  return `${stanzas.map((stanza) => replayStanza(stanza, play)).join("\n\n")}\n`;
}

/** A stanza of nothing but comments stays as it is. */
function replayStanza(stanza: string, play: Play): string {
  const lines = stanza.split("\n");
  const end = lines.indexOf(bar);
  const head = end === -1 ? lines : lines.slice(0, end);
  const commands = head.filter((line) => !line.startsWith("#"));
  const [command] = commands;
  if (command === undefined) return stanza;
  expect(commands, "one command a stanza").toHaveLength(1);
  const printed = play(parseCommand(command)).trimEnd();
  return [...head, bar, printed === "" ? "ok" : printed].join("\n");
}

function parseCommand(line: string): Command {
  const [name = "", ...rest] = line.trim().split(/\s+/);
  const named = new Map<string, string>();
  const words: string[] = [];
  for (const word of rest) {
    const at = word.indexOf("=");
    if (at === -1) words.push(word);
    else named.set(word.slice(0, at), word.slice(at + 1));
  }
  return { name, words, named };
}
