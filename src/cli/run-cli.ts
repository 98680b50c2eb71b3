/**
 * Runs one command line. It touches the process only through `io`, so the tests run it as `main.ts`
 * does, in their own process.
 */
import { Command } from "commander";
import { type CommandEntry, commands } from "./commands.js";
import { exitCodes } from "./exit.js";
import type { CliIo } from "./io.js";
import { type Invocation, reportFailure } from "./report-failure.js";
import { version } from "./version.js";

const overview = "Turns a few cheap boards into one dependable controller.";

const examples = `
Examples:
  $ holdfast demo --for 20s             three replicas on this machine, faults on request
  $ holdfast config check               is ./holdfast.yaml sound, and what does it tolerate?
  $ holdfast run --config F --node a    one replica, on a board
  $ holdfast help vote                  all about one command

Exit codes: 0 ok, 1 the check failed, 2 usage, 3 a file or config is invalid,
4 not available (device, peer, permission), 5 timed out, 70 a bug of Holdfast.`;

/** @param argv the words after the program's name */
export async function runCli(argv: readonly string[], io: CliIo): Promise<number> {
  const invocation = readInvocation(argv, io);
  try {
    const program = await programFor(invocation, argv);
    await program.parseAsync([...argv], { from: "user" });
    return exitCodes.ok;
  } catch (thrown) {
    return reportFailure(invocation, thrown);
  }
}

/** What must be known of the command line before, and even if, it cannot be parsed. */
function readInvocation(argv: readonly string[], io: CliIo): Invocation {
  const end = argv.indexOf("--");
  const words = end === -1 ? argv : argv.slice(0, end);
  const named = words.find((word) => !word.startsWith("-")) ?? "";
  const command = commands.some((entry) => entry.name === named) ? named : "";
  return { io, command, json: words.includes("--json") };
}

async function programFor(invocation: Invocation, argv: readonly string[]): Promise<Command> {
  const { io } = invocation;
  const program = new Command("holdfast")
    .description(overview)
    .version(await version(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print help")
    .helpCommand("help [command]", "print the help of a command")
    .addHelpText("after", examples)
    .showHelpAfterError("(add --help for the whole usage)")
    .exitOverride()
    .configureOutput(outputOf(io));
  for (const entry of commands) {
    const command = argv.includes(entry.name) ? (await entry.load())(io) : placeholder(entry);
    program.addCommand(inherit(command.summary(entry.summary), program));
  }
  return program;
}

/** Stands in the overview for a command that this line does not name. */
const placeholder = (entry: CommandEntry): Command => new Command(entry.name);

/** Commander hands its settings down only to commands that it made itself. */
function inherit(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) inherit(child, command);
  return command;
}

const outputOf = (io: CliIo) => ({
  writeOut: (text: string) => io.stdout.write(text),
  writeErr: (text: string) => io.stderr.write(text),
  getOutHelpWidth: () => io.stdout.columns ?? 100,
  getErrHelpWidth: () => io.stderr.columns ?? 100,
  getOutHasColors: () => io.stdout.isTerminal,
  getErrHasColors: () => io.stderr.isTerminal,
});
