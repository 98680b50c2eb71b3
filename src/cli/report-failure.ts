/**
 * The one place that turns what a command threw into a line on stderr, an exit code and, with
 * `--json`, an error object on stdout.
 */
import { CommanderError } from "commander";
import { UsageError } from "../kernel/assert.js";
import { BadVerdict, CliFailure, EndedLike, type ExitCode, exitCodes } from "./exit.js";
import { type CliIo, writeJson } from "./io.js";
import { harmlessLines, paintFor } from "./terminal.js";

export interface Invocation {
  readonly io: CliIo;
  /** The command's first word; empty where none was given. */
  readonly command: string;
  readonly json: boolean;
}

/** One of ours, or that of a command that ours has run. */
export function reportFailure(invocation: Invocation, thrown: unknown): number {
  if (thrown instanceof EndedLike) return thrown.code;
  if (thrown instanceof CommanderError) return reportCommander(invocation, thrown);
  if (thrown instanceof BadVerdict) return thrown.code;
  if (thrown instanceof CliFailure) {
    return tell(invocation, thrown.code, thrown.message, thrown.details);
  }
  if (thrown instanceof UsageError) return tell(invocation, exitCodes.usage, thrown.message);
  return reportBug(invocation, thrown);
}

/** Commander wrote its own line already; help and version are no failures. */
function reportCommander(invocation: Invocation, thrown: CommanderError): ExitCode {
  if (thrown.exitCode === 0) return exitCodes.ok;
  const message = thrown.code === "commander.help" ? "which command?" : thrown.message;
  if (invocation.json) tellJson(invocation, exitCodes.usage, message.replace(/^error: /, ""));
  return exitCodes.usage;
}

function tell(
  invocation: Invocation,
  code: ExitCode,
  message: string,
  details: Readonly<Record<string, unknown>> = {},
): ExitCode {
  const { io } = invocation;
  const paint = paintFor(io, io.stderr);
  io.stderr.write(`${paint("bad", "error:")} ${harmlessLines(message.trimEnd())}\n`);
  if (invocation.json) tellJson(invocation, code, message, details);
  return code;
}

function tellJson(
  invocation: Invocation,
  code: ExitCode,
  message: string,
  details: Readonly<Record<string, unknown>> = {},
): void {
  writeJson(invocation.io, invocation.command || "cli", { error: { code, message, ...details } });
}

function reportBug(invocation: Invocation, thrown: unknown): ExitCode {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const stack = thrown instanceof Error ? (thrown.stack ?? "") : "";
  tell(invocation, exitCodes.bug, `${message} (this is a bug of Holdfast, please report it)`);
  invocation.io.stderr.write(`${stack}\n`);
  return exitCodes.bug;
}
