/**
 * `holdfast status`: what the replicas on this machine know of themselves and of their cluster. It
 * asks each through its control socket in the state folder.
 */
import { Command } from "commander";
import { askStatus, type StatusAnswer } from "../host/ask-replica.js";
import { socketPath } from "../host/control-socket.js";
import type { LiveStatus } from "../host/live-status.js";
import type { NodeId } from "../kernel/ids.js";
import { withConfigFlags } from "./config-source.js";
import { type CliIo, writeJson } from "./io.js";
import {
  answerMillisMax,
  nobody,
  nodesIn,
  type Silent,
  silentText,
} from "./status/replicas-here.js";
import { type StateDirFlags, stateDirOf } from "./status/state-dir.js";
import { statusText } from "./status/text.js";
import { opinionsOn, opinionText } from "./status/why.js";
import { type Paint, paintFor } from "./terminal.js";

interface Flags extends StateDirFlags {
  readonly node?: string;
  readonly why?: string;
  readonly json?: boolean;
}

const examples = `
Examples:
  $ holdfast status --config boiler.yaml
  $ holdfast status --state-dir /var/lib/holdfast --node a --json
  $ holdfast status --why pi-2                  why it was suspected or declared dead, and by whom

A replica answers for itself only: ask on every board to hear every opinion. The exit code is 4 when
nobody answers.`;

export function statusCommand(io: CliIo): Command {
  return withConfigFlags(new Command("status"))
    .description("Asks the replicas on this machine how they and their cluster are.")
    .option("--state-dir <folder>", "where their sockets are, instead of that of the config")
    .option("-n, --node <id>", "only this one")
    .option("--why <node>", "why it is alive, suspected or dead in the eyes of each replica here")
    .option("--json", "one JSON object on stdout")
    .addHelpText("after", examples)
    .action((flags: Flags) => status(io, flags));
}

interface Answer {
  readonly node: NodeId;
  readonly answer: StatusAnswer;
}

async function status(io: CliIo, flags: Flags): Promise<void> {
  const stateDir = await stateDirOf(io, flags);
  const nodes = await nodesIn(stateDir, flags.node);
  const answers = await Promise.all(
    nodes.map(async (node): Promise<Answer> => {
      return { node, answer: await askStatus(socketPath(stateDir, node), answerMillisMax) };
    }),
  );
  const statuses = answers.flatMap(({ answer }) => (answer.ok ? [answer.status] : []));
  const silent = answers.flatMap(({ node, answer }) =>
    answer.ok ? [] : [{ node, reason: answer.reason }],
  );
  if (statuses.length === 0) throw nobody(stateDir, silent);
  if (flags.why !== undefined) tellWhy(io, flags, flags.why, statuses, silent);
  else if (flags.json) writeJson(io, "status", { stateDir, replicas: statuses, silent });
  else tell(io, statuses, silent);
}

function tellWhy(
  io: CliIo,
  { json }: Flags,
  why: string,
  statuses: readonly LiveStatus[],
  silent: readonly Silent[],
): void {
  const replicas = statuses.map(({ node }) => node);
  const opinions = opinionsOn(why, replicas);
  if (json) {
    writeJson(io, "status", { why, opinions, silent });
    return;
  }
  const paint = paintFor(io, io.stdout);
  io.stdout.write(opinions.map((one) => opinionText(one, paint)).join("\n"));
  tellSilent(io, silent, paint);
}

function tell(io: CliIo, statuses: readonly LiveStatus[], silent: readonly Silent[]): void {
  const paint = paintFor(io, io.stdout);
  io.stdout.write(statuses.map((one) => statusText(one, paint)).join("\n"));
  tellSilent(io, silent, paint);
}

function tellSilent(io: CliIo, silent: readonly Silent[], paint: Paint): void {
  for (const one of silent) io.stdout.write(`${paint("warning", silentText(one))}\n`);
}
