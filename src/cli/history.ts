/** `holdfast history`: what a recorded history of operations says about the object that made it. */
import { Command } from "commander";
import { checkCommand } from "./history/check-command.js";
import type { CliIo } from "./io.js";

const examples = `
Examples:
  $ holdfast history check examples/histories/settings.ndjson
  $ holdfast history check examples/histories/stale-read.ndjson --html why.html`;

export const historyCommand = (io: CliIo): Command =>
  new Command("history")
    .description("Judges histories of concurrent operations.")
    .addHelpText("after", examples)
    .addCommand(checkCommand(io));
