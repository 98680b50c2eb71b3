/** `holdfast compare detector`: every failure detector on the same seeded fleets. */
import { Command, Option } from "commander";
import { type Duration, micros, millis } from "../../kernel/time.js";
import { contenders } from "../../sim/fleet/contenders.js";
import { fleetTrials } from "../../sim/fleet/trials.js";
import { CliFailure } from "../exit.js";
import { type CliIo, writeJson } from "../io.js";
import { paintFor, tellProgress } from "../terminal.js";
import { readAge, readNames, readSeed, readX } from "../vote/flag-values.js";
import { adviceHelp, adviceOnly, statedFlags, withAdviceFlags } from "./advice-flags.js";
import { advise } from "./detector-advice.js";
import {
  compareDetectors,
  type DetectorComparisonOptions,
  type StudyScores,
} from "./detector-comparison.js";
import { detectorFindings } from "./detector-findings.js";
import {
  type DetectorFlags,
  optionsOf,
  readLoss,
  readLosses,
  readNodes,
  readRelays,
  readSeeds,
  readSizes,
} from "./detector-flags.js";
import { detectorText, timeText } from "./detector-text.js";

const trialList = fleetTrials.map(({ name, does }) => `  ${name.padEnd(10)} ${does}`).join("\n");

const detectorList = [...contenders.values()]
  .map(({ name, kind, lifeguard }) => {
    const plus = lifeguard ? ", with Lifeguard's additions" : "";
    return `  ${name.padEnd(14)} ${kind.summary}${plus}`;
  })
  .join("\n");

const help = `
Each detector works below the same membership, which spreads suspicions, waits for a refutation and
declares dead. Simulated members and a network that loses and delays; all of it is drawn from the
seeds, the same for every detector.

Detectors:
${detectorList}

Trials, each run --seeds times:
${trialList}

Columns:
  complete      every live member at least suspects every crashed one in the end
  false/h       suspicions of live members by a detector itself at rest, for each member and hour
  deaths        how often a live member was declared dead in somebody's view
  first, max    crash to the first suspicion, median and largest
  all suspect   until everybody suspects, or more
  all declare   until everybody has declared it dead
  messages      of a member in a period at rest: the mean, and of the one that sends most
  bytes         the same, of frames (without what UDP and IP add)
  healed        from the end of a partition or a restart until all views are true, largest

Examples:
  $ holdfast compare detector
  $ holdfast compare detector --nodes 30 --loss 0.05 --period 1s --delay 1ms --jitter 20ms
  $ holdfast compare detector --sizes 3,10,30 --detectors all-to-all,swim-lifeguard --plot a.svg
  $ holdfast compare detector --losses 0,0.05,0.15 --trials calm,crash --by-trial --json

The same command gives the same bytes. Exit codes: 0 compared, 2 usage, 4 the plot cannot be drawn
or written.`;

export function compareDetectorCommand(io: CliIo): Command {
  const command = new Command("detector")
    .summary("every failure detector on the same seeded fleets")
    .description("Compares the failure detectors: complete, accurate, how soon, at what load.")
    .option("--nodes <n>", "how many members", readNodes, 5)
    .option("--sizes <list>", "several sizes, such as 3,5,10,30", readSizes)
    .option("--loss <p>", "the probability that a message is lost", readLoss, 0)
    .option("--losses <list>", "several losses, such as 0,0.05,0.15", readLosses)
    .addOption(timeOption("--period <time>", "of beats, pings and probes", 50))
    .option(
      "--suspect-after <time>",
      "the silence that listeners bear (default: 3 periods)",
      readAge,
    )
    .option("--ack-timeout <time>", "how long who asks waits (default: half a period)", readAge)
    .option("--relays <n>", "how many are asked to probe too", readRelays, 3)
    .option("--phi <x>", "the level of phi-accrual", readX, 8)
    .addOption(timeOption("--delay <time>", "the least delay of a message", 1))
    .addOption(timeOption("--jitter <time>", "how much longer it may take", 5))
    .option("--tell-lateness", "a paused member is told that it was late")
    .option("--detectors <names>", "which detectors (default: all)", readNames)
    .option("--trials <names>", "which trials (default: all)", readNames)
    .option("--seeds <n>", "how often each trial is run", readSeeds, 5)
    .option("--seed <n>", "the first of them", readSeed, 1)
    .option("--advise", "settings for a link and two wishes instead of a comparison")
    .option("--by-trial", "a table for each trial")
    .option("--plot <file.svg>", "draws times, load and mistakes")
    .option("--json", "one JSON object on stdout")
    .addHelpText("after", help + adviceHelp);
  return withAdviceFlags(command).action((flags: DetectorFlags) =>
    flags.advise === true ? advise(io, statedFlags(command)) : compareOnly(io, command, flags),
  );
}

const timeOption = (flags: string, does: string, ms: number): Option =>
  new Option(flags, does).argParser(readAge).default(millis(ms), `${ms}ms`);

function compareOnly(io: CliIo, command: Command, flags: DetectorFlags): Promise<void> {
  const wish = adviceOnly(command);
  if (wish !== null) throw new CliFailure("usage", `${wish}: only with --advise`);
  return compare(io, flags);
}

async function compare(io: CliIo, flags: DetectorFlags): Promise<void> {
  const options = optionsOf(flags);
  const plot = await plotFor(io, flags);
  const scores = compareDetectors(options, (done, total) =>
    tellProgress(io, done, total, "detectors and trials"),
  );
  plot?.(headOf(options), scores);
  const says = detectorFindings(scores, findingsOptions(options));
  if (flags.json === true) {
    writeJson(io, "compare", { ...reportOf(options), studies: scores, says });
  } else io.stdout.write(textOf(io, flags, { options, scores, says }));
}

/** The library that draws is loaded only for those who want a picture. */
async function plotFor(io: CliIo, { plot }: DetectorFlags) {
  if (plot === undefined) return null;
  const { detectorPlotter } = await import("./detector-picture.js");
  return detectorPlotter(io, plot);
}

interface Done {
  readonly options: DetectorComparisonOptions;
  readonly scores: readonly StudyScores[];
  readonly says: readonly string[];
}

function textOf(io: CliIo, flags: DetectorFlags, { options, scores, says }: Done): string {
  const paint = paintFor(io, io.stdout);
  const tables = detectorText(scores, { byTrial: flags.byTrial === true, paint });
  return `${headOf(options)}\n\n${tables}\n${says.map((line) => `${line}\n`).join("")}`;
}

function headOf({ studies, trials, seeds, seed }: DetectorComparisonOptions): string {
  const [study] = studies;
  if (study === undefined) return "";
  const { period, suspectAfter, ackTimeout, relays } = study.detector;
  const { delay } = study;
  return (
    `period ${timeText(period)}, suspect after ${timeText(suspectAfter)}, ` +
    `ack time-out ${timeText(ackTimeout)}, ${relays} relays, ` +
    `delay ${timeText(delay.min)} to ${timeText(delay.max)}, ` +
    `${trials.length} trials of ${seeds} seeds from ${seed}`
  );
}

function findingsOptions({ studies: [study] }: DetectorComparisonOptions) {
  const nothing = { period: micros(1), ackTimeout: micros(1), delayMax: micros(0) };
  if (study === undefined) return nothing;
  const { period, ackTimeout } = study.detector;
  return { period, ackTimeout, delayMax: study.delay.max satisfies Duration };
}

function reportOf(options: DetectorComparisonOptions): Readonly<object> {
  const { studies, trials, seeds, seed } = options;
  const [study] = studies;
  return {
    port: "detector",
    ...study?.detector,
    delay: study?.delay.min,
    jitter: study === undefined ? 0 : study.delay.max - study.delay.min,
    tellsLateness: study?.tellsLateness,
    seed,
    seeds,
    trials: trials.map(({ name, does }) => ({ name, does })),
  };
}
