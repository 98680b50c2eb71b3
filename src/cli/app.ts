/**
 * `holdfast app`: the app's own replicated state, and its commands on it, through a replica on this
 * machine. What commands there are the app says, in `replicated` of its `defineApp`.
 */
import { Command } from "commander";
import type { Plain } from "../replication/service/ports.js";
import { CliFailure } from "./exit.js";
import { type CliIo, writeJson } from "./io.js";
import { ageText } from "./state/age.js";
import { type ClientFlags, withClient, withClientFlags } from "./state/client.js";
import { nameIn } from "./state/words.js";

interface StateFlags extends ClientFlags {
  readonly stale?: boolean;
}

const examples = `
Examples:
  $ holdfast app state
  $ holdfast app do setPoint 62.5
  $ holdfast app do mode '"off"'                  an argument is JSON, so text has quotes
  $ holdfast app do limits '{"min":20,"max":70}'

A command is on the disks of a majority when it is told as done, and each replica's control function
sees it within a few cycles. The exit code is 1 when the app refused it, 2 when it has no such
command, 4 when no replica or no leader can be reached, 5 when there was no answer in time: then
nobody knows whether it was applied.`;

export function appCommand(io: CliIo): Command {
  return new Command("app")
    .description("The app's replicated state, and its commands on it.")
    .addHelpText("after", examples)
    .addCommand(stateOf(io))
    .addCommand(doOf(io));
}

const withFlags = (name: string): Command =>
  withClientFlags(new Command(name)).addHelpText("after", examples);

const stateOf = (io: CliIo): Command =>
  withFlags("state")
    .description("The app's replicated state.")
    .option("--stale", "what the replica has at once, with how old that may be at most")
    .action((flags: StateFlags) => state(io, flags));

const doOf = (io: CliIo): Command =>
  withFlags("do")
    .description("Gives a command of the app; told as done when a majority's disks have it.")
    .argument("<command>")
    .argument("[argument]", "JSON; left out: null")
    .action((name: string, argument: string | undefined, flags: ClientFlags) =>
      give(io, nameIn("the command", name), argumentIn(argument), flags),
    );

async function state(io: CliIo, flags: StateFlags): Promise<void> {
  const stale = flags.stale ?? false;
  const answer = await withClient(io, flags, (client) => client.app.query({ stale }));
  if (flags.json) writeJson(io, "app", { ...answer });
  else {
    io.stdout.write(`${JSON.stringify(answer.state, null, 2)}\n`);
    if (stale) io.stderr.write(`${ageText(answer.age)}\n`);
  }
}

async function give(
  io: CliIo,
  command: string,
  argument: Plain,
  flags: ClientFlags,
): Promise<void> {
  const result = await withClient(io, flags, (client) => client.app.command(command, argument));
  if (flags.json) writeJson(io, "app", { command, result });
  else io.stdout.write(result === null ? "done\n" : `${JSON.stringify(result)}\n`);
}

function argumentIn(word: string | undefined): Plain {
  if (word === undefined) return null;
  try {
    return JSON.parse(word) as Plain;
  } catch {
    const quoted = `'${JSON.stringify(word)}'`;
    throw new CliFailure("usage", `the argument: expected JSON, got ${word}; as text: ${quoted}`);
  }
}
