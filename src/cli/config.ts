/**
 * `holdfast config`: is a config sound and what does the cluster tolerate (`check`), which values
 * are in force and why (`print`), and what may stand in one (`schema`).
 */
import { Command } from "commander";
import { detectionReport } from "../config/detection-words.js";
import { toYaml } from "../config/effective.js";
import { configJsonSchema } from "../config/json-schema.js";
import { loadConfig } from "../config/load.js";
import { formatOrigin, formatPath } from "../config/problem.js";
import { reliabilityOf } from "../config/reliability.js";
import { serialReport } from "../config/serial-words.js";
import { toleranceOf } from "../config/tolerance.js";
import { watchdogReport } from "../config/watchdog-words.js";
import { checkText } from "./config-check-text.js";
import {
  type ConfigFlags,
  configFileOf,
  invalidConfig,
  loadFlagged,
  problemJson,
  requireConfig,
  tellWarnings,
  withConfigFlags,
} from "./config-source.js";
import { type CliIo, writeJson } from "./io.js";
import { paintFor } from "./terminal.js";

interface Flags extends ConfigFlags {
  readonly json?: boolean;
}

const examples = `
Examples:
  $ holdfast config check boiler.yaml
  $ HOLDFAST_TIMING_CYCLE=20ms holdfast config print
  $ holdfast config schema > holdfast.schema.json

Flags beat HOLDFAST_* variables, which beat the file, which beats defaults. A variable is the key's
path in capitals: timing.suspectAfter is HOLDFAST_TIMING_SUSPECT_AFTER.`;

export function configCommand(io: CliIo): Command {
  const command = new Command("config")
    .description("Checks a holdfast.yaml, prints what is in force, or gives its JSON Schema.")
    .addHelpText("after", examples);
  command.addCommand(
    withConfigFlags(new Command("check"))
      .description("check a config; say which faults the cluster tolerates, and which it does not")
      .argument("[file]", "the config, as with --config")
      .option("--json", "one JSON object on stdout")
      .action((file: string | undefined, flags: Flags) => check(io, named(file, flags))),
  );
  command.addCommand(
    withConfigFlags(new Command("print"))
      .description("print the values in force, each with where it came from")
      .argument("[file]", "the config, as with --config")
      .option("--json", "one JSON object on stdout")
      .action((file: string | undefined, flags: Flags) => print(io, named(file, flags))),
  );
  command.addCommand(
    new Command("schema")
      .description("print the JSON Schema of holdfast.yaml")
      .action(() => io.stdout.write(`${JSON.stringify(configJsonSchema(), null, 2)}\n`)),
  );
  return command;
}

/** A config is named by its flag, as in all commands, or simply named. */
const named = (file: string | undefined, flags: Flags): Flags =>
  file === undefined ? flags : { ...flags, config: file };

async function check(io: CliIo, flags: Flags): Promise<void> {
  const load = await loadFlagged(io, flags, loadConfig);
  if (!flags.json) tellWarnings(io, load.warnings);
  const warnings = load.warnings.map(problemJson);
  if (!load.ok) {
    const failure = invalidConfig(configFileOf(io, flags), load.problems);
    if (flags.json) Object.assign(failure.details, { warnings });
    throw failure;
  }
  const tolerance = toleranceOf(load.settings);
  const { cluster, dependability, realtime } = load.settings;
  const reliability = dependability === null ? null : reliabilityOf(dependability, cluster);
  const detection = detectionReport(cluster);
  const watchdogs = watchdogReport(load.settings);
  const serial = serialReport(load.settings);
  const findings = { tolerance, detection, watchdogs, serial, reliability, realtime };
  if (flags.json) {
    writeJson(io, "config check", { ok: true, problems: [], warnings, ...findings });
    return;
  }
  const paint = paintFor(io, io.stdout);
  io.stdout.write(`${paint("good", "ok")} ${configFileOf(io, flags)}\n\n`);
  io.stdout.write(checkText(findings, paint));
}

async function print(io: CliIo, flags: Flags): Promise<void> {
  const { values } = await requireConfig(io, flags, loadConfig);
  if (!flags.json) {
    io.stdout.write(toYaml(values));
    return;
  }
  const rows = values.map(({ path, value, origin }) => ({
    path: formatPath(path),
    value,
    layer: origin.kind,
    origin: formatOrigin(origin),
  }));
  writeJson(io, "config print", { values: rows });
}
