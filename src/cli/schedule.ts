/** `holdfast schedule`: will every deadline of a set of tasks be met, and if not, why? */
import { resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { parseDuration } from "../config/quantity.js";
import { type LoadedTasks, parseTasks } from "../config/task-file.js";
import { type Duration, micros } from "../kernel/time.js";
import { type ProtocolName, protocolNames, type TaskSet } from "../scheduling/analysis/task-set.js";
import { invalidConfig } from "./config-source.js";
import { BadVerdict } from "./exit.js";
import { type CliIo, writeJson } from "./io.js";
import { PlotFile } from "./plot/svg.js";
import { type Findings, findingsOf } from "./schedule/findings.js";
import { horizonOf } from "./schedule/horizon.js";
import { schedulePicture } from "./schedule/picture.js";
import { scheduleText } from "./schedule/text.js";
import { paintFor } from "./terminal.js";
import { readTextFile } from "./text-file.js";

interface Flags {
  readonly protocol?: ProtocolName;
  readonly horizon?: Duration;
  readonly svg?: string;
  readonly json?: boolean;
}

const examples = `
Examples:
  $ holdfast schedule examples/schedule/pathfinder.yaml
  $ holdfast schedule examples/schedule/pathfinder.yaml --protocol none --svg inversion.svg
  $ holdfast schedule tasks.yaml --horizon 5s --json

Exit codes: 0 every deadline is met, 1 one can be missed, 2 usage, 3 the file is invalid,
4 the picture cannot be written. How to write the file: docs/scheduling.md.`;

const fileBytesMax = 1_048_576;
const widthDefault = 100;

export function scheduleCommand(io: CliIo): Command {
  return new Command("schedule")
    .description("Says whether every deadline of a set of tasks is met, and plays its schedule.")
    .argument("<tasks>", "a task file (YAML, version 1)")
    .addOption(
      new Option("--protocol <name>", "of all locks, instead of the file's").choices(protocolNames),
    )
    .option("--horizon <time>", "how long it is played (default: until it repeats)", readHorizon)
    .option("--svg <file.svg>", "draws the schedule")
    .option("--json", "one JSON object on stdout")
    .addHelpText("after", examples)
    .action((file: string, flags: Flags) => schedule(io, file, flags));
}

function readHorizon(word: string): Duration {
  const parsed = parseDuration(word);
  if (parsed.ok && parsed.value > 0 && parsed.value <= 86_400_000_000) return micros(parsed.value);
  throw new InvalidArgumentError("Expected a time such as 500ms or 10s, at most 24h.");
}

async function schedule(io: CliIo, file: string, flags: Flags): Promise<void> {
  const target = flags.svg === undefined ? null : new PlotFile(io, flags.svg, "--svg");
  const loaded = await load(io, file);
  const set: TaskSet = { ...loaded.set, protocol: flags.protocol ?? loaded.set.protocol };
  const findings = findingsOf(set, flags.horizon ?? horizonOf(set.tasks));
  target?.write(schedulePicture(findings, loaded.name));
  if (flags.json === true) writeJson(io, "schedule", reportOf(loaded, findings));
  else {
    const width = io.stdout.columns ?? widthDefault;
    io.stdout.write(scheduleText(findings, aboutOf(loaded), paintFor(io, io.stdout), width));
  }
  if (!findings.ok) throw new BadVerdict();
}

function aboutOf({ name, order, orderFound }: LoadedTasks): string {
  if (order === null) return name;
  const failed = orderFound ? "" : ", for no order meets all deadlines";
  return `${name} (priorities ${order}${failed})`;
}

/** @throws CliFailure (invalid file) that lists all problems */
async function load(io: CliIo, file: string): Promise<LoadedTasks> {
  const content = await readTextFile(resolve(io.cwd, file), fileBytesMax);
  if (!content.ok) {
    const message = `expected a file of YAML, at most 1MiB: ${content.why}`;
    throw invalidConfig(file, [{ origin: { kind: "whole-file", file }, path: [], message }]);
  }
  const parsed = parseTasks(file, content.text);
  if (!parsed.ok) throw invalidConfig(file, parsed.problems);
  return parsed;
}

function reportOf({ name, order }: LoadedTasks, findings: Findings): Readonly<object> {
  const { ok, set, bounds, scale, horizon, schedule, tasks, analysis } = findings;
  return {
    verdict: ok ? "ok" : "can-miss",
    name,
    protocol: set.protocol,
    order,
    ...{ utilisation: bounds.utilisation, bounds, scale, cycle: analysis.cycle },
    tasks: tasks.map(({ task, ...rest }) => ({ ...task, ...rest })),
    schedule: { horizon, ...schedule },
  };
}
