/**
 * `holdfast watchdog`: how the watchdogs of the replicas on this machine stand, and a person's word
 * to one of them, through its control socket.
 */
import { Command } from "commander";
import { durationExpected, formatDuration, parseDuration } from "../config/quantity.js";
import { askStatus, tellDog } from "../host/ask-replica.js";
import { socketPath } from "../host/control-socket.js";
import type { LiveStatus } from "../host/live-status.js";
import { type NodeId, parseNodeId } from "../kernel/ids.js";
import { micros } from "../kernel/time.js";
import { snoozeMax } from "../node/supervision.js";
import type { DogCommand } from "../watchdog/supervision/ports.js";
import { withConfigFlags } from "./config-source.js";
import { BadVerdict, CliFailure } from "./exit.js";
import { type CliIo, writeJson } from "./io.js";
import { dogStateText, entityText } from "./status/dog-text.js";
import {
  answerMillisMax,
  nobody,
  nodesIn,
  type Silent,
  silentText,
} from "./status/replicas-here.js";
import { type StateDirFlags, stateDirOf } from "./status/state-dir.js";
import { type Paint, paintFor } from "./terminal.js";

interface Flags extends StateDirFlags {
  readonly node?: string;
  readonly json?: boolean;
}

interface SnoozeFlags extends Flags {
  readonly end?: boolean;
}

interface RebootFlags extends Flags {
  readonly yes?: boolean;
}

const examples = `
Examples:
  $ holdfast watchdog status --config boiler.yaml
  $ holdfast watchdog snooze 10m --node pi-2     petted for 10 minutes, whatever fails
  $ holdfast watchdog snooze --end --node pi-2
  $ holdfast watchdog reboot --node pi-2 --yes   outputs safe, then petted never again

status ends with 1 when a dog is not petted; all end with 4 when nobody answers, and snooze and
reboot with 1 when the word was not taken. A reboot cannot be taken back.`;

export function watchdogCommand(io: CliIo): Command {
  return new Command("watchdog")
    .description("How the watchdogs of the replicas on this machine stand, and a word to one.")
    .addHelpText("after", examples)
    .addCommand(statusOf(io))
    .addCommand(snoozeOf(io))
    .addCommand(rebootOf(io));
}

const withFlags = (command: Command, node: string): Command =>
  withConfigFlags(command)
    .option("--state-dir <folder>", "where their sockets are, instead of that of the config")
    .option("-n, --node <id>", node)
    .option("--json", "one JSON object on stdout")
    .addHelpText("after", examples);

const statusOf = (io: CliIo): Command =>
  withFlags(new Command("status"), "only this one")
    .description("Whether each is petted, who is not well, and by which rule.")
    .action((flags: Flags) => status(io, flags));

const snoozeOf = (io: CliIo): Command =>
  withFlags(new Command("snooze"), "whose watchdog; must be said")
    .description("Has a watchdog petted for a while, whatever fails.")
    .argument("[length]", `how long, at most ${formatDuration(snoozeMax)}`)
    .option("--end", "ends a snooze now")
    .action((length: string | undefined, flags: SnoozeFlags) => snooze(io, length, flags));

const rebootOf = (io: CliIo): Command =>
  withFlags(new Command("reboot"), "whose board; must be said")
    .description("Puts the outputs into their safe states, and pets the watchdog no more.")
    .option("-y, --yes", "yes, it is meant: without this nothing is done")
    .action((flags: RebootFlags) => reboot(io, flags));

async function status(io: CliIo, flags: Flags): Promise<void> {
  const stateDir = await stateDirOf(io, flags);
  const silent: Silent[] = [];
  const statuses: LiveStatus[] = [];
  for (const node of await nodesIn(stateDir, flags.node)) {
    const heard = await askStatus(socketPath(stateDir, node), answerMillisMax);
    if (heard.ok) statuses.push(heard.status);
    else silent.push({ node, reason: heard.reason });
  }
  if (statuses.length === 0) throw nobody(stateDir, silent);
  if (flags.json) writeJson(io, "watchdog", { replicas: statuses.map(fieldsOf), silent });
  else tell(io, statuses, silent);
  if (statuses.some(({ node }) => !node.dog.pets)) throw new BadVerdict();
}

const fieldsOf = ({ node, host }: LiveStatus): object => ({
  node: node.node,
  at: node.at,
  ...node.dog,
  entities: node.supervision,
  device: host.watchdog,
});

function tell(io: CliIo, statuses: readonly LiveStatus[], silent: readonly Silent[]): void {
  const paint = paintFor(io, io.stdout);
  for (const one of statuses) io.stdout.write(replicaText(one, paint));
  for (const one of silent) io.stdout.write(`${paint("warning", silentText(one))}\n`);
}

function replicaText({ node, host }: LiveStatus, paint: Paint): string {
  const timeout = host.watchdog?.timeout ?? null;
  const bites = timeout === null ? "no device" : `bites after ${formatDuration(timeout)}`;
  const head = `${paint("strong", node.node)} ${dogStateText(node, paint)} (${bites})\n`;
  return head + node.supervision.map((one) => `  ${entityText(one, paint)}\n`).join("");
}

async function snooze(io: CliIo, text: string | undefined, flags: SnoozeFlags): Promise<void> {
  const node = requireOne(flags.node);
  if ((text === undefined) === (flags.end !== true)) {
    throw new CliFailure("usage", "expected either how long to snooze, such as 10m, or --end");
  }
  const parsed = text === undefined ? null : parseDuration(text);
  if (parsed !== null && (!parsed.ok || parsed.value === 0)) {
    throw new CliFailure("usage", `expected ${durationExpected}, more than 0, got "${text}"`);
  }
  const length = parsed?.ok === true ? parsed.value : micros(0);
  await say(io, flags, node, { kind: "snooze", length });
  if (flags.json) writeJson(io, "watchdog", { node, word: "snooze", length });
  else if (length === 0) io.stdout.write(`${node}: the snooze is over\n`);
  else io.stdout.write(`${node}: petted for ${formatDuration(length)} whatever fails\n`);
}

async function reboot(io: CliIo, flags: RebootFlags): Promise<void> {
  const node = requireOne(flags.node);
  if (flags.yes !== true) {
    const would = "would let go of its outputs and be reset, which cannot be taken back";
    throw new CliFailure("usage", `${node} ${would}: say --yes if that is meant`);
  }
  await say(io, flags, node, { kind: "reboot" });
  if (flags.json) writeJson(io, "watchdog", { node, word: "reboot" });
  else io.stdout.write(`${node}: its outputs are safe; its watchdog is petted no more and bites\n`);
}

/** @throws CliFailure (usage): a word to a dog is for one, and never for whoever answers first */
function requireOne(name: string | undefined): NodeId {
  if (name === undefined) throw new CliFailure("usage", "say whose watchdog with --node");
  const node = parseNodeId(name);
  if (node === null) throw new CliFailure("usage", `${name} is no id of a node`);
  return node;
}

async function say(io: CliIo, flags: Flags, node: NodeId, command: DogCommand): Promise<void> {
  const stateDir = await stateDirOf(io, flags);
  const heard = await tellDog(socketPath(stateDir, node), command, node, answerMillisMax);
  if (!heard.ok) throw nobody(stateDir, [{ node, reason: heard.reason }]);
  const { answer } = heard;
  if (!answer.ok) throw refused(node, answer.reason);
}

const refusals: Readonly<Record<string, string>> = {
  "too-long": `the longest snooze is ${formatDuration(snoozeMax)}; say it again when it is over`,
  "not-snoozed": "there is no snooze to end",
  rebooting: "a reboot was asked for already, and cannot be taken back",
  "no-watchdog": "it runs without a watchdog, so nobody would reset it",
  "not-me": "the socket is that of another replica",
  busy: "it was told too much at once; try again in a few seconds",
};

function refused(node: NodeId, reason: string): CliFailure {
  const why = refusals[reason] ?? reason;
  const code = reason === "busy" ? "notAvailable" : "checkFailed";
  return new CliFailure(code, `${node} did not take the word: ${why}`, { node, reason });
}
