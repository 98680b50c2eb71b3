/**
 * `holdfast doctor`: what this machine offers to a replica, and how to get more of it. With a
 * config it also says what the config needs and this machine does not have.
 */
import { resolve } from "node:path";
import { Command } from "commander";
import { loadConfig } from "../config/load.js";
import type { RunSettings } from "../config/settings.js";
import { examine } from "../host/doctor/doctor.js";
import { LocalMachine } from "../host/doctor/machine-view.js";
import { tryMachine } from "../host/doctor/trials.js";
import { type ConfigFlags, requireConfig, withConfigFlags } from "./config-source.js";
import { unmetNeeds } from "./doctor/needs.js";
import { doctorText } from "./doctor/text.js";
import { BadVerdict, CliFailure } from "./exit.js";
import { type CliIo, writeJson } from "./io.js";
import { paintFor } from "./terminal.js";

interface Flags extends ConfigFlags {
  readonly stateDir?: string;
  readonly strict?: boolean;
  readonly json?: boolean;
}

const examples = `
Examples:
  $ holdfast doctor
  $ holdfast doctor --config boiler.yaml --strict     exit code 1 if it lacks what is needed
  $ holdfast doctor --json > doctor.json
  $ holdfast compare detector --advise --from doctor.json --loss 1%

It takes about three seconds, opens no device, and writes for a moment to the state folder only.`;

export function doctorCommand(io: CliIo): Command {
  return withConfigFlags(new Command("doctor"))
    .description("Says what this machine offers for clock, scheduling, watchdog, storage and pins.")
    .option("--state-dir <folder>", "measures the disk below it, instead of that of the config")
    .option("--strict", "exit code 1 when this machine lacks what the config needs")
    .option("--json", "one JSON object on stdout")
    .addHelpText("after", examples)
    .action((flags: Flags) => doctor(io, flags));
}

async function doctor(io: CliIo, flags: Flags): Promise<void> {
  const settings = await settingsFor(io, flags);
  const stateDir = resolve(io.cwd, flags.stateDir ?? settings?.stateDir ?? ".");
  const trials = await tryMachine(stateDir);
  const view = new LocalMachine();
  const own = { architecture: process.arch, node: process.versions.node };
  const report = examine(view, trials, own, io.env);
  const needs = settings === null ? [] : unmetNeeds(settings.watchdog.devices, report, view);
  if (flags.json) writeJson(io, "doctor", { ...report, needs });
  else io.stdout.write(doctorText(report, needs, paintFor(io, io.stdout)));
  if (flags.strict === true && needs.length > 0) throw new BadVerdict();
}

/** A machine without any config is looked at as well: then nothing is needed. */
async function settingsFor(io: CliIo, flags: Flags): Promise<RunSettings | null> {
  const named = flags.config !== undefined || (io.env["HOLDFAST_CONFIG"] ?? "") !== "";
  if (named) return (await requireConfig(io, flags, loadConfig)).settings;
  if (flags.strict !== true) return null;
  throw new CliFailure("usage", "what does this machine need to have? (--strict needs --config)");
}
