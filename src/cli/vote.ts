/**
 * `holdfast vote`: what would this voter have said of a recording, what would it have masked,
 * missed and alarmed falsely? One row of NDJSON a row of the recording goes to stdout, and a
 * summary last.
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { splitCells } from "../../boards/recording/cells.js";
import { parseRecording, type Recording, recordingColumnsMax } from "../../boards/recording/csv.js";
import { suggestion } from "../config/suggest.js";
import { parseSensorFault } from "../faults/fault-text.js";
import { channelsMax } from "../voting/ballots.js";
import { midValueSelect } from "../voting/mid-value-select.js";
import { voters } from "../voting/voters.js";
import { CliFailure } from "./exit.js";
import { type CliIo, writeJson } from "./io.js";
import { paintFor } from "./terminal.js";
import { SummaryBuilder, type VoteSummary } from "./vote/summary.js";
import { summaryText } from "./vote/summary-text.js";
import {
  type InjectedFault,
  recordingSecondsMax,
  type VotedRow,
  type VoteRequest,
  voteRecording,
} from "./vote/vote-recording.js";

interface Flags {
  readonly channels?: readonly string[];
  readonly time?: string;
  readonly voter: string;
  readonly tolerance: number;
  readonly min: number;
  readonly max: number;
  readonly inject?: readonly InjectedFault[];
  readonly seed: number;
  readonly json?: boolean;
}

/**
 * Chosen on two recorded triples of temperature sensors, whose members are at most 0.6 degrees
 * apart without any fault. It is a number of degrees: of another quantity the user says his own.
 */
const toleranceDefault = 0.75;

const help = `
The header of the CSV names the columns; an empty cell is an omission. Rows count from 0, the first
under the header. FAULT is KIND[@FROM..TO]:COLUMN, the end exclusive; KIND is one of
  stuck  stuck=21.5  offset=+1.5  drift=0.01/s  noise=0.5  spike=30  spike=30/5
  dropout  dropout=0.3  delay=3  restamp=3  garbage  garbage=1000

Examples:
  $ holdfast vote library.csv
  $ holdfast vote library.csv --channels mote8,mote18,mote19 --tolerance 0.5
  $ holdfast vote library.csv --inject stuck@400..700:mote18 --inject noise=2@900..:mote8

Exit codes: 0 voted, 1 an injected fault never took effect, 2 usage, 3 the file is invalid.`;

export function voteCommand(io: CliIo): Command {
  return new Command("vote")
    .description("Votes a recording: what would this voter have said, masked, missed, alarmed?")
    .argument("<file>", "a CSV with a column a channel")
    .option("--channels <names>", "the columns to vote (default: all but the time)", readNames)
    .option("--time <column>", "the column with the time of each row, in seconds")
    .option("--voter <name>", `one of ${[...voters.keys()].join(", ")}`, midValueSelect.name)
    .option("--tolerance <x>", "how far apart healthy channels may be", readX, toleranceDefault)
    .addOption(bound("--min <x>", "a value below cannot be true", Number.NEGATIVE_INFINITY))
    .addOption(bound("--max <x>", "a value above cannot be true", Number.POSITIVE_INFINITY))
    .option("--inject <fault>", "puts a fault on a channel; may be repeated", readFault)
    .option("--seed <n>", "of the dice of noise, dropout and garbage", readSeed, 1)
    .option("--json", "no summary for people on stderr")
    .addHelpText("after", help)
    .action((file: string, flags: Flags) => vote(io, file, flags));
}

const bound = (name: string, description: string, none: number): Option =>
  new Option(name, description).argParser(readX).default(none, "none");

function vote(io: CliIo, file: string, flags: Flags): void {
  const request = requestOf(io, file, flags);
  const { faults, voter, tolerance } = request;
  const summary = new SummaryBuilder({ voter: voter.name, tolerance, faults });
  const effects = voteRecording(request, (row) => {
    summary.add(row);
    writeJson(io, "vote", rowReport(row));
  });
  tell(io, file, flags, summary.finish(effects));
}

function tell(io: CliIo, file: string, flags: Flags, summary: VoteSummary): void {
  writeJson(io, "vote", { summary });
  if (!flags.json) io.stderr.write(summaryText(file, summary, paintFor(io, io.stderr)));
  const idle = summary.injected.filter(({ changed }) => changed === 0);
  if (idle.length === 0) return;
  const list = idle.map(({ fault }) => fault).join(", ");
  throw new CliFailure("checkFailed", `never took effect, so nothing was shown: ${list}`);
}

function rowReport({ timeS, closing: { verdict } }: VotedRow): Readonly<object> {
  const { value, status, agreeing, dissenting } = verdict;
  const excluded = verdict.excluded.map(({ channel, reason }) => ({ channel, reason }));
  return { t: timeS, value, status, agreeing, dissenting, excluded };
}

/** Everything that can be refused is refused here, before the first row is written. */
function requestOf(io: CliIo, file: string, flags: Flags): VoteRequest {
  const { tolerance, min, max, inject: faults = [], seed } = flags;
  const voter = voters.get(flags.voter);
  if (voter === undefined) {
    refuse(`--voter: no voter "${flags.voter}"${suggestion(flags.voter, [...voters.keys()])}`);
  }
  if (!(tolerance >= 0)) refuse(`--tolerance: expected at least 0, got ${tolerance}`);
  if (!(min < max)) refuse(`--min ${min} is not below --max ${max}`);
  const recording = readRecording(io, file, flags);
  for (const { text, channel } of faults)
    checkName(`--inject ${text}`, channel, recording.channels);
  return { recording, voter, tolerance, min, max, faults, seed };
}

function checkName(where: string, name: string, known: readonly string[]): void {
  if (!known.includes(name)) refuse(`${where}: no column "${name}"${suggestion(name, known)}`);
}

function refuse(message: string): never {
  throw new CliFailure("usage", message);
}

function readRecording(io: CliIo, file: string, flags: Flags): Recording {
  const text = readText(io, file);
  const { channels, time } = flags;
  checkColumns(headerOf(text), flags);
  const parsed = parseRecording(text, {
    ...(channels === undefined ? {} : { channels }),
    ...(time === undefined ? {} : { time }),
  });
  if (!parsed.ok) throw new CliFailure("invalidFile", `${file}:${parsed.line}: ${parsed.reason}`);
  const { recording } = parsed;
  const count = recording.channels.length;
  if (count > channelsMax) refuse(`--channels: expected at most ${channelsMax}, got ${count}`);
  const lasts = (recording.rows.at(-1)?.timeS ?? 0) - (recording.rows[0]?.timeS ?? 0);
  if (lasts <= recordingSecondsMax) return recording;
  const expected = `expected seconds, at most ${recordingSecondsMax} from first to last`;
  throw new CliFailure("invalidFile", `${file}:${recording.rows.length + 1}: ${expected}`);
}

function readText(io: CliIo, file: string): string {
  try {
    return readFileSync(resolve(io.cwd, file), "utf8");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliFailure("invalidFile", `${file}: expected a readable CSV file: ${reason}`);
  }
}

/** A column that the file does not have is a slip of the command line, not of the file. */
function checkColumns(header: readonly string[], { channels = [], time }: Flags): void {
  if (header.length === 0) return;
  for (const name of channels) checkName("--channels", name, header);
  if (time === undefined) return;
  if (channels.includes(time)) refuse(`--channels: "${time}" is the time`);
  checkName("--time", time, header);
}

function headerOf(text: string): readonly string[] {
  const [line = ""] = text.replace(/^\uFEFF/, "").split(/\r\n?|\n/, 1);
  return line.trim() === "" ? [] : (splitCells(line, recordingColumnsMax) ?? []);
}

function readNames(text: string): readonly string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.includes("")) throw new InvalidArgumentError("Expected names, such as a,b,c.");
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new InvalidArgumentError(`${twice} is named twice.`);
  return names;
}

function readX(text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isFinite(value)) throw new InvalidArgumentError("Expected a number, such as 0.75.");
  return value;
}

function readSeed(text: string): number {
  const seed = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(seed)) return seed;
  throw new InvalidArgumentError("Expected a whole number from 0 to 2^53 - 1.");
}

function readFault(text: string, before: readonly InjectedFault[] = []): readonly InjectedFault[] {
  const parsed = parseSensorFault(text);
  if (!parsed.ok) throw new InvalidArgumentError(parsed.reason);
  return [...before, { ...parsed.value, text }];
}
