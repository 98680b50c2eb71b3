/**
 * `holdfast channel`: a person's word about a channel of a running cluster. It is said to one
 * replica on this machine, through its control socket, and that one tells the others.
 */
import { Command } from "commander";
import { loadConfig } from "../config/load.js";
import { suggestion } from "../config/suggest.js";
import type { ChannelMap } from "../control/channels.js";
import type { ChannelCommand, ChannelWord } from "../control/cycle/overrides.js";
import { tellWord } from "../host/ask-replica.js";
import { type CommandAnswer, socketPath } from "../host/control-socket.js";
import type { NodeId } from "../kernel/ids.js";
import { type ConfigFlags, requireConfig, withConfigFlags } from "./config-source.js";
import { CliFailure } from "./exit.js";
import { type CliIo, writeJson } from "./io.js";
import { requireNode } from "./replica-options.js";
import { answerMillisMax, nobody, nodesIn, type Silent } from "./status/replicas-here.js";

interface Flags extends ConfigFlags {
  readonly sensor?: string;
  readonly node?: string;
  readonly json?: boolean;
}

const words: Readonly<Record<ChannelWord, { readonly does: string; readonly said: string }>> = {
  exclude: {
    does: "Takes a channel out of the vote, whatever it says, until told otherwise.",
    said: "is excluded until told otherwise",
  },
  include: {
    does: "Lets a channel vote, whatever its health says; a sample that is missing cannot count.",
    said: "counts whatever its health says",
  },
  auto: {
    does: "Ends `exclude` and `include`: its health decides again.",
    said: "is judged by its health again",
  },
  release: {
    does: "Lets a latched channel be tried again, in quarantine and probation.",
    said: "is tried again",
  },
};

const examples = `
Examples:
  $ holdfast channel exclude pi-2/temperature --config boiler.yaml
  $ holdfast channel auto pi-2/temperature --config boiler.yaml --json

One replica on this machine is told; it tells the others, and all take the word in the same cycle, a
few cycles later. holdfast status shows it. The exit code is 4 when nobody answers, and 1 when the
word was not taken.`;

export function channelCommand(io: CliIo): Command {
  const command = new Command("channel")
    .description("Takes a channel out of the vote, or into it, on a running cluster.")
    .addHelpText("after", examples);
  for (const word of Object.keys(words) as ChannelWord[]) command.addCommand(wordCommand(io, word));
  return command;
}

const wordCommand = (io: CliIo, word: ChannelWord): Command =>
  withConfigFlags(new Command(word))
    .description(words[word].does)
    .argument("<channel>", "its id: <node>/<channel of the board>")
    .option("--sensor <name>", "which sensor, where a channel measures several")
    .option("-n, --node <id>", "the replica to be told, instead of the first that answers")
    .option("--json", "one JSON object on stdout")
    .addHelpText("after", examples)
    .action((channel: string, flags: Flags) => say(io, word, channel, flags));

async function say(io: CliIo, word: ChannelWord, channel: string, flags: Flags): Promise<void> {
  const { settings } = await requireConfig(io, flags, loadConfig);
  const { channels } = settings.cluster;
  const command = { sensor: sensorOf(channels, channel, flags.sensor), channel, word };
  const wanted = flags.node === undefined ? undefined : requireNode(settings, flags.node);
  const told = await tellFirst(settings.stateDir, wanted, command);
  if (!told.answer.ok) throw refused(command, told.node, told.answer.reason);
  if (flags.json) writeJson(io, "channel", { ...command, node: told.node });
  else io.stdout.write(`${channel} ${words[word].said} (${told.node} tells the others)\n`);
}

/** @throws CliFailure (usage) for a channel or sensor that the config does not have */
function sensorOf(channels: ChannelMap, channel: string, wanted: string | undefined): string {
  const measures = [...channels].filter(([, list]) => list.some(({ id }) => id === channel));
  const sensors = measures.map(([sensor]) => sensor);
  if (sensors.length === 0) {
    const known = [...channels.values()].flat().map(({ id }) => id);
    throw new CliFailure("usage", `no channel ${channel}${suggestion(channel, known)}`);
  }
  if (wanted !== undefined) {
    if (sensors.includes(wanted)) return wanted;
    const hint = suggestion(wanted, sensors);
    throw new CliFailure("usage", `${channel} does not measure ${wanted}${hint}`);
  }
  const [only, ...others] = sensors;
  if (only !== undefined && others.length === 0) return only;
  const list = sensors.join(", ");
  throw new CliFailure("usage", `${channel} measures ${list}: say which with --sensor`);
}

interface Told {
  readonly node: NodeId;
  readonly answer: CommandAnswer;
}

/** One after the other: a word that two replicas were told would be told twice. */
async function tellFirst(
  stateDir: string,
  wanted: NodeId | undefined,
  command: ChannelCommand,
): Promise<Told> {
  const silent: Silent[] = [];
  for (const node of await nodesIn(stateDir, wanted)) {
    const heard = await tellWord(socketPath(stateDir, node), command, answerMillisMax);
    if (heard.ok) return { node, answer: heard.answer };
    silent.push({ node, reason: heard.reason });
  }
  throw nobody(stateDir, silent);
}

const refusals: Readonly<Record<string, string>> = {
  "unknown-sensor": "it knows no such sensor: it runs with another config",
  "unknown-channel": "it knows no such channel: it runs with another config",
  "unknown-word": "it does not know this word: it is of another version",
  "not-latched": "the channel is not latched",
  "not-aligned": "it does not share the time of a majority now; try again, or tell another replica",
  busy: "it was told too much at once; try again in a few seconds",
};

function refused({ channel }: ChannelCommand, node: NodeId, reason: string): CliFailure {
  const code = reason === "not-aligned" || reason === "busy" ? "notAvailable" : "checkFailed";
  const why = refusals[reason] ?? reason;
  return new CliFailure(code, `${channel}: ${node} did not take the word: ${why}`, {
    node,
    reason,
  });
}
