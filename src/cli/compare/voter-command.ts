/** `holdfast compare voter`: every voter on the same seeded faults of one recording. */
import { Command, InvalidArgumentError } from "commander";
import type { Recording } from "../../../boards/recording/csv.js";
import { suggestion } from "../../config/suggest.js";
import { voters } from "../../voting/voters.js";
import { CliFailure } from "../exit.js";
import { type CliIo, writeJson } from "../io.js";
import { paintFor, tellProgress } from "../terminal.js";
import { type GivenOption, readNames, readOption, readSeed, readX } from "../vote/flag-values.js";
import { readHealth } from "../vote/health-flags.js";
import { readRecording } from "../vote/recording-file.js";
import { toleranceDefault } from "../vote/tolerance.js";
import { syntheticRecording } from "./synthetic.js";
import { type ComparisonOptions, compareVoters, type VoterScores } from "./voter-comparison.js";
import { type FaultKind, faultKinds, trialRowsMin } from "./voter-faults.js";
import { findings } from "./voter-findings.js";
import { comparisonText } from "./voter-text.js";

interface Flags {
  readonly channels?: readonly string[];
  readonly time?: string;
  readonly tolerance: number;
  readonly voters?: readonly string[];
  readonly faults?: readonly string[];
  readonly size?: number;
  readonly seeds: number;
  readonly seed: number;
  readonly health?: readonly GivenOption[];
  readonly byFault?: boolean;
  readonly plot?: string;
  readonly json?: boolean;
}

/** A bias is so many tolerances unless told: plainly wrong, and not absurd. */
const sizePerTolerance = 4;
const seedsDefault = 10;
const seedsMax = 1_000;

const faultList = faultKinds.map(({ name, does }) => `  ${name.padEnd(12)} ${does}`).join("\n");

const help = `
Without a file a synthetic quantity is voted: three channels with offsets and noise. Each fault is
tried --seeds times; where, how long, on which channels and with which sign is drawn, the same for
every voter. With x for --size:
${faultList}

Columns, over all rows in which a fault changed a reading:
  masked         the value is within the tolerance of the middle of the unharmed readings
  missed         it is not, and was given all the same: a wrong value was believed
  no value       there was none
  false alarms   exclusions of a channel without a fault
  largest error  of the value against the middle of the unharmed readings
  isolated       faulty channels that were excluded, of all
  after, max     samples from the first changed reading to the exclusion, median and largest
  back after     samples from the end of the fault to the re-admission, median
  readers apart  largest difference between the values of the readers of one two-faced channel

Examples:
  $ holdfast compare voter
  $ holdfast compare voter library.csv --channels mote8,mote18,mote19 --seeds 50
  $ holdfast compare voter library.csv --voters mid-value --faults "stuck,common mode" --by-fault
  $ holdfast compare voter library.csv --size 1 --plot voters.svg --json

The same command gives the same bytes. Exit codes: 0 compared, 2 usage, 3 the file is invalid,
4 the plot cannot be drawn or written.`;

export function compareVoterCommand(io: CliIo): Command {
  return new Command("voter")
    .summary("every voter on the same seeded faults of sensors")
    .description("Compares the voters on the same seeded faults: masked, missed, false alarms.")
    .argument("[file]", "a CSV with a column a channel (default: a synthetic quantity)")
    .option("--channels <names>", "the columns to vote (default: all but the time)", readNames)
    .option("--time <column>", "the column with the time of each row, in seconds")
    .option("--tolerance <x>", "how far apart healthy channels may be", readX, toleranceDefault)
    .option("--voters <names>", "which voters (default: all)", readNames)
    .option("--faults <names>", "which faults (default: all)", readNames)
    .option("--size <x>", "how large a bias is (default: 4 tolerances)", readX)
    .option("--seeds <n>", "how often each fault is tried", readSeeds, seedsDefault)
    .option("--seed <n>", "of all that is drawn", readSeed, 1)
    .option("--health <name=value>", "an option of channel health; may be repeated", readOption)
    .option("--by-fault", "a table for each fault")
    .option("--plot <file.svg>", "draws masked, missed and lost for each voter and fault")
    .option("--json", "one JSON object on stdout")
    .addHelpText("after", help)
    .action((file: string | undefined, flags: Flags) => compare(io, file, flags));
}

async function compare(io: CliIo, file: string | undefined, flags: Flags): Promise<void> {
  const options = optionsOf(io, file, flags);
  const source = file ?? "a synthetic quantity";
  const plot = await plotFor(io, flags);
  const scores = compareVoters(options, (done, total) =>
    tellProgress(io, done, total, "voters and faults"),
  );
  plot?.(source, options, scores);
  const says = findings(scores);
  if (flags.json) writeJson(io, "compare", { ...reportOf(file, options), voters: scores, says });
  else io.stdout.write(textOf(io, source, flags, { options, scores, says }));
}

/** The library that draws is loaded only for those who want a picture. */
async function plotFor(io: CliIo, { plot }: Flags) {
  if (plot === undefined) return null;
  const { comparisonPlotter } = await import("./voter-picture.js");
  return comparisonPlotter(io, plot);
}

interface Done {
  readonly options: ComparisonOptions;
  readonly scores: readonly VoterScores[];
  readonly says: readonly string[];
}

function textOf(io: CliIo, source: string, flags: Flags, { options, scores, says }: Done): string {
  const { recording, tolerance, size, trials, seed } = options;
  const paint = paintFor(io, io.stdout);
  const head =
    `${source}: ${recording.channels.length} channels, ${recording.rows.length} rows, ` +
    `tolerance ${tolerance}, faults of size ${size}, ${trials} of each, seed ${seed}`;
  const tables = comparisonText(scores, { byFault: flags.byFault === true, paint });
  return `${head}\n\n${tables}\n${says.map((line) => `${line}\n`).join("")}`;
}

function reportOf(file: string | undefined, options: ComparisonOptions): Readonly<object> {
  const { recording, tolerance, size, seed, trials, kinds } = options;
  return {
    port: "voter",
    file: file ?? null,
    channels: recording.channels,
    rows: recording.rows.length,
    tolerance,
    size,
    seed,
    seeds: trials,
    faults: kinds.map(({ name, does, several }) => ({ name, does, several })),
  };
}

/** Everything that can be refused is refused here, before the first trial. */
function optionsOf(io: CliIo, file: string | undefined, flags: Flags): ComparisonOptions {
  const { tolerance, seed, seeds: trials } = flags;
  if (!(tolerance >= 0)) refuse(`--tolerance: expected at least 0, got ${tolerance}`);
  const size = flags.size ?? sizePerTolerance * tolerance;
  if (!(size > 0)) refuse(`--size: expected more than 0, got ${size}`);
  const health = readHealth(flags.health ?? [], tolerance);
  const chosen = choose("--voters", "voter", voters, flags.voters);
  const kinds = choose("--faults", "fault", kindsByName, flags.faults);
  const recording = file === undefined ? syntheticFor(flags) : readRecording(io, file, flags);
  checkRecording(recording, file ?? "");
  return { recording, voters: chosen, kinds, tolerance, health, size, seed, trials };
}

const kindsByName: ReadonlyMap<string, FaultKind> = new Map(
  faultKinds.map((kind) => [kind.name, kind]),
);

function choose<Item>(
  flag: string,
  noun: string,
  known: ReadonlyMap<string, Item>,
  names: readonly string[] | undefined,
): Item[] {
  return (names ?? [...known.keys()]).map((name) => {
    const item = known.get(name);
    if (item === undefined) {
      refuse(`${flag}: no ${noun} "${name}"${suggestion(name, [...known.keys()])}`);
    }
    return item;
  });
}

function syntheticFor({ channels, time, tolerance, seed }: Flags): Recording {
  if (channels !== undefined) refuse("--channels names columns of a file, and none is given");
  if (time !== undefined) refuse("--time names a column of a file, and none is given");
  return syntheticRecording(tolerance, seed);
}

function checkRecording({ channels, rows }: Recording, file: string): void {
  if (channels.length < 2) {
    refuse(`--channels: expected at least 2, got ${channels.length}: one alone has no vote`);
  }
  if (rows.length >= trialRowsMin) return;
  const expected = `expected at least ${trialRowsMin}, so that a fault has room`;
  throw new CliFailure(
    "invalidFile",
    `${file}:${rows.length + 1}: ${rows.length} rows, ${expected}`,
  );
}

function readSeeds(text: string): number {
  const seeds = Number(text);
  if (/^\d{1,4}$/.test(text) && seeds >= 1 && seeds <= seedsMax) return seeds;
  throw new InvalidArgumentError(`Expected a whole number from 1 to ${seedsMax}.`);
}

function refuse(message: string): never {
  throw new CliFailure("usage", message);
}
