/**
 * The table of commands. Each is a file of its own, loaded only when it is asked for: `holdfast vote`
 * must not wait for the sockets of `run` or the tables of `demo`. A new command is one entry here.
 */
import type { Command } from "commander";
import type { CliIo } from "./io.js";

export interface CommandEntry {
  readonly name: string;
  /** One line for the overview of `holdfast --help`; the command's own help says the rest. */
  readonly summary: string;
  load(): Promise<(io: CliIo) => Command>;
}

/** In the order in which a newcomer meets them. */
export const commands: readonly CommandEntry[] = [
  {
    name: "vote",
    summary: "vote a recording: what would be masked, missed, alarmed falsely",
    load: async () => (await import("./vote.js")).voteCommand,
  },
  {
    name: "config",
    summary: "check a holdfast.yaml, print what is in force, or give its schema",
    load: async () => (await import("./config.js")).configCommand,
  },
];
