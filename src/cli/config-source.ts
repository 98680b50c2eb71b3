/**
 * The flags by which commands name a config, and how they get its settings: `--config` beats
 * HOLDFAST_CONFIG, which beats ./holdfast.yaml; `--set` beats the rest of the environment.
 */
import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import type { ConfigLoad, LoadOptions } from "../config/assemble.js";
import type { Override } from "../config/layers.js";
import { formatOrigin, formatPath, formatProblem, type Problem } from "../config/problem.js";
import { CliFailure } from "./exit.js";
import type { CliIo } from "./io.js";
import { paintFor } from "./terminal.js";

export interface ConfigFlags {
  readonly config?: string;
  readonly set?: readonly Override[];
}

/**
 * `loadConfig`, or what does the same in another way: this file must not load the parsers itself.
 */
export type ConfigLoader = (path: string, options: LoadOptions) => Promise<ConfigLoad>;

type Loaded = Extract<ConfigLoad, { readonly ok: true }>;

/** Adds `--config` and `--set` to a command. */
export function withConfigFlags(command: Command): Command {
  return command
    .option("-c, --config <file>", "the config (default: HOLDFAST_CONFIG, or ./holdfast.yaml)")
    .option("--set <key=value>", "sets a single value over the file; may be repeated", readSet);
}

function readSet(word: string, before: readonly Override[] = []): readonly Override[] {
  const at = word.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("Expected key=value, such as timing.cycle=50ms.");
  const path = word.slice(0, at);
  return [...before, { path, text: word.slice(at + 1), flag: `--set ${path}` }];
}

export const configFileOf = (io: CliIo, flags: ConfigFlags): string =>
  flags.config ?? (io.env["HOLDFAST_CONFIG"] || "holdfast.yaml");

export const loadFlagged = (
  io: CliIo,
  flags: ConfigFlags,
  load: ConfigLoader,
): Promise<ConfigLoad> =>
  load(configFileOf(io, flags), { env: io.env, cwd: io.cwd, overrides: flags.set ?? [] });

/**
 * The settings, for a command that needs them; warnings go to stderr.
 *
 * @throws CliFailure (invalid file) that lists all problems
 */
export async function requireConfig(
  io: CliIo,
  flags: ConfigFlags,
  loader: ConfigLoader,
): Promise<Loaded> {
  const load = await loadFlagged(io, flags, loader);
  tellWarnings(io, load.warnings);
  if (!load.ok) throw invalidConfig(configFileOf(io, flags), load.problems);
  return load;
}

/** One problem is one line; more stand below a line that counts them. */
export function invalidConfig(file: string, problems: readonly Problem[]): CliFailure {
  const lines = problems.map(formatProblem);
  const heading = `${file}: ${lines.length} problems`;
  const message = lines.length === 1 ? lines.join() : [heading, ...lines].join("\n  ");
  return new CliFailure("invalidFile", message, { problems: problems.map(problemJson) });
}

export function tellWarnings(io: CliIo, warnings: readonly Problem[]): void {
  const paint = paintFor(io, io.stderr);
  for (const warning of warnings) {
    io.stderr.write(`${paint("warning", "warning:")} ${formatProblem(warning)}\n`);
  }
}

/** A problem for `--json`: `file`, `line` and `column` are null where the place is no file. */
export function problemJson({ origin, path, message }: Problem): Readonly<Record<string, unknown>> {
  const inFile = origin.kind === "file" || origin.kind === "whole-file";
  return {
    file: inFile ? origin.file : null,
    line: origin.kind === "file" ? origin.line : null,
    column: origin.kind === "file" ? origin.column : null,
    source: formatOrigin(origin),
    path: formatPath(path),
    message,
  };
}
