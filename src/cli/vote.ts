/**
 * `holdfast vote`: what would this voter have said of a recording, what would it have masked,
 * missed and alarmed falsely? One row of NDJSON a row of the recording goes to stdout, and a
 * summary last; with `--plot` a picture of it all goes to a file.
 */
import { Command, Option } from "commander";
import type { Recording } from "../../boards/recording/csv.js";
import { suggestion } from "../config/suggest.js";
import type { Duration } from "../kernel/time.js";
import { midValueSelect } from "../voting/mid-value-select.js";
import { voters } from "../voting/voters.js";
import { CliFailure } from "./exit.js";
import { type CliIo, writeJson } from "./io.js";
import { paintFor } from "./terminal.js";
import {
  type GivenFault,
  type GivenOption,
  readAge,
  readFault,
  readNames,
  readOption,
  readSeed,
  readX,
} from "./vote/flag-values.js";
import { healthOptionsText, readHealth } from "./vote/health-flags.js";
import type { InjectedFault } from "./vote/injection.js";
import { checkName, readRecording } from "./vote/recording-file.js";
import { SummaryBuilder, type VoteSummary } from "./vote/summary.js";
import { summaryText } from "./vote/summary-text.js";
import { toleranceDefault } from "./vote/tolerance.js";
import { type VotedRow, type VoteRequest, voteRecording } from "./vote/vote-recording.js";

interface Flags {
  readonly channels?: readonly string[];
  readonly time?: string;
  readonly voter: string;
  readonly tolerance: number;
  readonly min: number;
  readonly max: number;
  readonly ageMax?: Duration;
  readonly health?: readonly GivenOption[];
  readonly inject?: readonly GivenFault[];
  readonly seed: number;
  readonly plot?: string;
  readonly json?: boolean;
}

const help = `
The header of the CSV names the columns; an empty cell is an omission. Rows count from 0, the first
under the header. FAULT is KIND[@FROM..TO]:COLUMN, the end exclusive; KIND is one of
  stuck  stuck=21.5         repeats the first value, or this one
  offset=+1.5  scale=1.1    a bias, a wrong calibration
  drift=0.01/s              moves away; also /min and /h
  noise=0.5                 adds noise of this standard deviation
  spike=30  spike=30/5      adds to each tenth (fifth) sample
  dropout  dropout=0.3      gives nothing, always or with this probability
  delay=3  restamp=3        is three samples late, and says so or not
  garbage  garbage=1000     any value within plus or minus the span
  two-faced=2               tells each reader its own lie within plus or minus 2: three readers
                            vote, the rows are the first's, the summary says how far they differ
COLUMN+COLUMN is a common mode: the same fault, with the same dice, on each. Repeat --inject for
several at once. Without a fault a row is voted as it is.

The summary measures by the fault-free vote: the same voter without the faults. Rows in which a
fault changed something are masked (the value is within the tolerance of the fault-free one),
missed (it is not, and was given all the same), or lost (no value). Isolating is timed from the
first changed reading, and from the first that is off by more than the tolerance; re-admitting,
from the first row without the fault.

--health takes, by default (times as 10s, lists of reasons as STUCK,BIAS):
${healthOptionsText(toleranceDefault)}

Examples:
  $ holdfast vote library.csv
  $ holdfast vote library.csv --channels mote8,mote18,mote19 --tolerance 0.5
  $ holdfast vote library.csv --inject stuck@400..700:mote18 --inject noise=2@900..:mote8
  $ holdfast vote library.csv --inject offset=+5@400..500:mote8+mote18 --plot common.svg
  $ holdfast vote library.csv --health strikesMax=60 --health quarantineSamples=30

Exit codes: 0 voted, 1 an injected fault never took effect, 2 usage, 3 the file is invalid,
4 the plot cannot be drawn or written.`;

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
    .option("--age-max <time>", "how old a reading may be (default: two and a half rows)", readAge)
    .option("--health <name=value>", "an option of channel health; may be repeated", readOption)
    .option("--inject <fault>", "puts a fault on a channel; may be repeated", readFault)
    .option("--seed <n>", "of the dice of noise, dropout, garbage and two-faced", readSeed, 1)
    .option("--plot <file.svg>", "draws channels, voted value and exclusions")
    .option("--json", "no summary for people on stderr")
    .addHelpText("after", help)
    .action((file: string, flags: Flags) => vote(io, file, flags));
}

const bound = (name: string, description: string, none: number): Option =>
  new Option(name, description).argParser(readX).default(none, "none");

async function vote(io: CliIo, file: string, flags: Flags): Promise<void> {
  const request = requestOf(io, file, flags);
  const { faults, voter, tolerance, recording } = request;
  const plot = await plotFor(io, file, flags, request);
  const channels = recording.channels.length;
  const summary = new SummaryBuilder({ channels, voter: voter.name, tolerance, faults });
  voteRecording(request, (row) => {
    summary.add(row);
    plot?.add(row);
    writeJson(io, "vote", rowReport(row, request.recording));
  });
  const finished = summary.finish();
  plot?.write(finished);
  tell(io, file, flags, finished);
}

/** The plot's code, and the library that it draws with, are loaded only for those who want one. */
async function plotFor(io: CliIo, file: string, { plot }: Flags, request: VoteRequest) {
  if (plot === undefined) return null;
  const { VotePlotter } = await import("./vote/vote-plotter.js");
  return VotePlotter.open(io, plot, { file, request });
}

function tell(io: CliIo, file: string, flags: Flags, summary: VoteSummary): void {
  writeJson(io, "vote", { summary });
  if (!flags.json) io.stderr.write(summaryText(file, summary, paintFor(io, io.stderr)));
  const idle = summary.injected.filter(({ changed }) => changed === 0);
  if (idle.length === 0) return;
  const list = idle.map(({ fault, channel }) => idleName(fault, channel)).join(", ");
  throw new CliFailure("checkFailed", `never took effect, so nothing was shown: ${list}`);
}

const idleName = (fault: string, channel: string): string =>
  fault.endsWith(`:${channel}`) ? fault : `${fault} on ${channel}`;

/** @param recording for its clock: instants count from its first row */
function rowReport(
  { timeS, closing: { verdict } }: VotedRow,
  { rows }: Recording,
): Readonly<object> {
  const beginS = rows[0]?.timeS ?? 0;
  const { value, status, agreeing, dissenting, spread, confidence } = verdict;
  const excluded = verdict.excluded.map(({ channel, reason, since }) => ({
    channel,
    reason,
    since: beginS + since / 1_000_000,
  }));
  const caveats = verdict.caveats.map(({ reason }) => reason);
  return { t: timeS, value, status, agreeing, dissenting, excluded, spread, confidence, caveats };
}

/** Everything that can be refused is refused here, before the first row is written. */
function requestOf(io: CliIo, file: string, flags: Flags): VoteRequest {
  const { tolerance, min, max, ageMax = null, seed } = flags;
  const voter = voters.get(flags.voter);
  if (voter === undefined) {
    refuse(`--voter: no voter "${flags.voter}"${suggestion(flags.voter, [...voters.keys()])}`);
  }
  if (!(tolerance >= 0)) refuse(`--tolerance: expected at least 0, got ${tolerance}`);
  if (!(min < max)) refuse(`--min ${min} is not below --max ${max}`);
  const health = readHealth(flags.health ?? [], tolerance);
  const recording = readRecording(io, file, flags);
  const faults = (flags.inject ?? []).map((fault) => placed(fault, recording.channels));
  const reference = faults.length > 0;
  return { recording, voter, tolerance, min, max, ageMax, health, faults, seed, reference };
}

/** A column may have a plus in its name: only what is no column is taken for several. */
function placed({ channel, ...fault }: GivenFault, known: readonly string[]): InjectedFault {
  const channels = known.includes(channel) ? [channel] : channel.split("+");
  for (const name of channels) checkName(`--inject ${fault.text}`, name, known);
  const twice = channels.find((name, index) => channels.indexOf(name) !== index);
  if (twice !== undefined) refuse(`--inject ${fault.text}: ${twice} is named twice`);
  return { ...fault, channels };
}

function refuse(message: string): never {
  throw new CliFailure("usage", message);
}
