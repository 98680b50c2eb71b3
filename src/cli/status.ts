/**
 * `holdfast status`: what the replicas on this machine know of themselves and of their cluster. It
 * asks each through its control socket in the state folder.
 */
import { readdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { Command } from "commander";
import { loadConfig } from "../config/load.js";
import { askStatus, type StatusAnswer } from "../host/ask-status.js";
import { socketPath } from "../host/control-socket.js";
import type { LiveStatus } from "../host/live-status.js";
import { parseNodeId } from "../kernel/ids.js";
import { type ConfigFlags, requireConfig, withConfigFlags } from "./config-source.js";
import { CliFailure } from "./exit.js";
import { type CliIo, writeJson } from "./io.js";
import { statusText } from "./status/text.js";
import { paintFor } from "./terminal.js";

interface Flags extends ConfigFlags {
  readonly stateDir?: string;
  readonly node?: string;
  readonly json?: boolean;
}

/** A replica that does not answer within this, in milliseconds, hangs. */
const answerMillisMax = 1_000;

const examples = `
Examples:
  $ holdfast status --config boiler.yaml
  $ holdfast status --state-dir /var/lib/holdfast --node a --json

A replica answers for itself only: ask on every board to hear every opinion. The exit code is 4 when
nobody answers.`;

export function statusCommand(io: CliIo): Command {
  return withConfigFlags(new Command("status"))
    .description("Asks the replicas on this machine how they and their cluster are.")
    .option("--state-dir <folder>", "where their sockets are, instead of that of the config")
    .option("-n, --node <id>", "only this one")
    .option("--json", "one JSON object on stdout")
    .addHelpText("after", examples)
    .action((flags: Flags) => status(io, flags));
}

interface Answer {
  readonly node: string;
  readonly answer: StatusAnswer;
}

async function status(io: CliIo, flags: Flags): Promise<void> {
  const stateDir = await stateDirOf(io, flags);
  const nodes = await nodesIn(stateDir, flags.node);
  const answers = await Promise.all(
    nodes.map(async (node): Promise<Answer> => {
      const id = parseNodeId(node);
      if (id === null) throw new CliFailure("usage", `${node} is no id of a node`);
      return { node, answer: await askStatus(socketPath(stateDir, id), answerMillisMax) };
    }),
  );
  const statuses = answers.flatMap(({ answer }) => (answer.ok ? [answer.status] : []));
  const silent = answers.flatMap(({ node, answer }) =>
    answer.ok ? [] : [{ node, reason: answer.reason }],
  );
  if (statuses.length === 0) throw nobody(stateDir, silent);
  if (flags.json) writeJson(io, "status", { stateDir, replicas: statuses, silent });
  else tell(io, statuses, silent);
}

async function stateDirOf(io: CliIo, flags: Flags): Promise<string> {
  if (flags.stateDir !== undefined) return resolve(io.cwd, flags.stateDir);
  return (await requireConfig(io, flags, loadConfig)).settings.stateDir;
}

/** The nodes that have a socket in the folder, in the order of their names; or the one named. */
async function nodesIn(stateDir: string, wanted: string | undefined): Promise<readonly string[]> {
  if (wanted !== undefined) return [wanted];
  try {
    const names = (await readdir(stateDir)).filter((name) => name.endsWith(".sock"));
    return names.map((name) => basename(join(stateDir, name), ".sock")).sort();
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new CliFailure("notAvailable", `nobody answers: no folder ${stateDir} (${reason})`);
  }
}

interface Silent {
  readonly node: string;
  readonly reason: string;
}

const reasons: Readonly<Record<string, string>> = {
  "no-replica": "it does not run",
  "not-permitted": "this user may not ask it",
  "no-answer": "it does not answer: it hangs, or is just starting",
};

const silentText = ({ node, reason }: Silent): string => `${node}: ${reasons[reason] ?? reason}`;

function nobody(stateDir: string, silent: readonly Silent[]): CliFailure {
  const who = silent.map(silentText).join("; ") || `no replica was started with ${stateDir}`;
  return new CliFailure("notAvailable", `nobody answers (${who})`, { silent });
}

function tell(io: CliIo, statuses: readonly LiveStatus[], silent: readonly Silent[]): void {
  const paint = paintFor(io, io.stdout);
  io.stdout.write(statuses.map((one) => statusText(one, paint)).join("\n"));
  for (const one of silent) io.stdout.write(`${paint("warning", silentText(one))}\n`);
}
