/**
 * `holdfast compare PORT`: all implementations of one port on the same seeded faults, so that one
 * chooses by measurement. A port is one entry below, with a file that makes its command.
 */
import { Command } from "commander";
import { suggestion } from "../config/suggest.js";
import { compareDetectorCommand } from "./compare/detector-command.js";
import { compareVoterCommand } from "./compare/voter-command.js";
import { CliFailure } from "./exit.js";
import type { CliIo } from "./io.js";

type PortCommand = (io: CliIo) => Command;

const ports: ReadonlyMap<string, PortCommand> = new Map([
  ["detector", compareDetectorCommand],
  ["voter", compareVoterCommand],
]);

const help = `
Ports: ${[...ports.keys()].join(", ")}

Examples:
  $ holdfast compare voter
  $ holdfast compare voter library.csv --by-fault
  $ holdfast compare detector --nodes 30 --loss 0.05
  $ holdfast help compare voter             all about one port`;

export function compareCommand(io: CliIo): Command {
  const command = new Command("compare")
    .description("All implementations of a port on the same seeded faults, as a table.")
    .argument("<port>", `what to compare: ${[...ports.keys()].join(", ")}`)
    .argument("[options...]", "those of the port")
    .allowUnknownOption()
    .addHelpText("after", help)
    .action((first: string, others: readonly string[]) => refuse([first, ...others]));
  for (const make of ports.values()) command.addCommand(make(io));
  return command;
}

/** A port that is known is a command of its own, so what comes here is none. */
function refuse(words: readonly string[]): never {
  const known = [...ports.keys()];
  const port = words.find((word) => !word.startsWith("-"));
  if (port === undefined) throw new CliFailure("usage", `which port? (${known.join(", ")})`);
  throw new CliFailure("usage", `no port "${port}"${suggestion(port, known)}`);
}
