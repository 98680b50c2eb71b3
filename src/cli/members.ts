/**
 * `holdfast members`: the fleet as the agents on this machine see it, and why a member was given
 * up. It asks each through its control socket in the state folder.
 */
import { resolve } from "node:path";
import { Command } from "commander";
import { askAgent, askCase } from "../host/ask-agent.js";
import { agentSocketPath } from "../host/control-socket.js";
import { type NodeId, parseNodeId } from "../kernel/ids.js";
import type { Instant } from "../kernel/time.js";
import { caseText } from "../membership/case-text.js";
import type { CaseFile } from "../membership/ports.js";
import { CliFailure } from "./exit.js";
import { type CliIo, writeJson } from "./io.js";
import { membersText } from "./members/text.js";
import {
  agentsHere,
  answerMillisMax,
  nobody,
  nodesIn,
  type Silent,
  silentText,
} from "./status/replicas-here.js";
import { paintFor } from "./terminal.js";

interface Flags {
  readonly stateDir?: string;
  readonly name?: string;
  readonly why?: string;
  readonly json?: boolean;
}

const examples = `
Examples:
  $ holdfast members --state-dir /var/lib/holdfast
  $ holdfast members --state-dir /var/lib/holdfast --why n7

An agent answers for itself only: another one may hold another view for a while. The exit code is 4
when nobody answers, or when nobody knows the member.`;

export function membersCommand(io: CliIo): Command {
  return new Command("members")
    .description("Asks the agents on this machine who is alive, and why they think so.")
    .option("--state-dir <folder>", "where their sockets are (default: HOLDFAST_STATE_DIR)")
    .option("-n, --name <name>", "only this agent")
    .option("--why <member>", "what is, or was, held against this member")
    .option("--json", "one JSON object on stdout")
    .addHelpText("after", examples)
    .action((flags: Flags) => (flags.why === undefined ? list(io, flags) : why(io, flags)));
}

async function list(io: CliIo, flags: Flags): Promise<void> {
  const { stateDir, agents } = await agentsOf(io, flags);
  const answers = await Promise.all(
    agents.map(async (node) => ({
      node,
      ...(await askAgent(socketOf(stateDir, node), answerMillisMax)),
    })),
  );
  const statuses = answers.flatMap((answer) => (answer.ok ? [answer.status] : []));
  const silent = answers.flatMap(silence);
  if (statuses.length === 0) throw nobody(stateDir, silent, "agent");
  if (flags.json) {
    writeJson(io, "members", { stateDir, agents: statuses, silent });
    return;
  }
  const paint = paintFor(io, io.stdout);
  io.stdout.write(statuses.map((one) => membersText(one, paint)).join("\n"));
  tellSilent(io, silent);
}

interface Opinion {
  readonly node: NodeId;
  readonly at: Instant;
  /** Null where nobody accuses the member. */
  readonly case: CaseFile | null;
}

async function why(io: CliIo, flags: Flags): Promise<void> {
  const member = parseNodeId(flags.why);
  if (member === null) throw new CliFailure("usage", `${flags.why} is no name of a member`);
  const { stateDir, agents } = await agentsOf(io, flags);
  const answers = await Promise.all(
    agents.map(async (node) => {
      return { node, ...(await askCase(socketOf(stateDir, node), member, answerMillisMax)) };
    }),
  );
  const silent = answers.flatMap(silence);
  if (silent.length === answers.length) throw nobody(stateDir, silent, "agent");
  const opinions = answers.flatMap((answer): Opinion[] => {
    if (!answer.ok || !answer.reply.ok) return [];
    return [{ node: answer.node, at: answer.reply.at, case: answer.reply.case }];
  });
  if (opinions.length === 0) {
    throw new CliFailure("notAvailable", `no member ${member} is known here`, { silent });
  }
  if (flags.json) writeJson(io, "members", { stateDir, member, cases: opinions, silent });
  else tellCases(io, member, opinions, silent);
}

function tellCases(
  io: CliIo,
  member: NodeId,
  opinions: readonly Opinion[],
  silent: readonly Silent[],
): void {
  const paint = paintFor(io, io.stdout);
  const texts = opinions.map(({ node, at: now, case: file }) => {
    const lines = file === null ? [`${member}: nobody accuses it.`] : caseText(file, now);
    const heading = paint("strong", `as ${node} sees it`);
    return `${heading}\n${lines.map((line) => `  ${line}\n`).join("")}`;
  });
  io.stdout.write(texts.join("\n"));
  tellSilent(io, silent);
}

async function agentsOf(io: CliIo, flags: Flags) {
  const folder = flags.stateDir ?? io.env["HOLDFAST_STATE_DIR"] ?? "";
  if (folder === "") throw new CliFailure("usage", "missing: expected --state-dir");
  const stateDir = resolve(io.cwd, folder);
  return { stateDir, agents: await nodesIn(stateDir, flags.name, agentsHere) };
}

const socketOf = agentSocketPath;

type Answer = { readonly ok: true } | { readonly ok: false; readonly reason: string };

const silence = (answer: Answer & { readonly node: NodeId }): Silent[] =>
  answer.ok ? [] : [{ node: answer.node, reason: answer.reason }];

function tellSilent(io: CliIo, silent: readonly Silent[]): void {
  const paint = paintFor(io, io.stdout);
  for (const one of silent) io.stdout.write(`${paint("warning", silentText(one))}\n`);
}
