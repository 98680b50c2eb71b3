/**
 * `holdfast agent`: a member of a fleet, until it is told to end. It takes part in the membership
 * and tells what it sees; it runs no control program and needs no config.
 */
import { Command } from "commander";
import { type AgentEnding, LiveAgent } from "../host/live-agent.js";
import { type AgentFlags, settingsOf } from "./agent/flags.js";
import { failureOf, tellerFor } from "./agent/telling.js";
import type { CliIo } from "./io.js";
import { onEndSignal, startOrExplain } from "./lifetime.js";

const examples = `
Examples:
  $ openssl rand -hex 32 > key && chmod 600 key
  $ holdfast agent --name n1 --cluster fleet --key-file key
  $ holdfast agent --name n2 --cluster fleet --key-file key --join 10.0.0.1:7946
  $ holdfast agent --name n3 --bind 127.0.0.1:0 --join 127.0.0.1:7946 --json

Any member lets a new one in. Ctrl-C and SIGTERM say goodbye before they end it. HOLDFAST_CLUSTER,
HOLDFAST_KEY, HOLDFAST_KEY_FILE and HOLDFAST_STATE_DIR stand in for flags that are not given.
The exit code is 1 when somebody else took the name.`;

export function agentCommand(io: CliIo): Command {
  return new Command("agent")
    .description("Takes part in the membership of a fleet, and tells who is alive, until stopped.")
    .requiredOption("--name <name>", "this member's name: no two members have the same")
    .option("--bind <host:port>", "where to listen; port 0 lets the kernel choose", "[::]:7946")
    .option("--advertise <host:port>", "where others reach it (default: as they see it)")
    .option("--join <host:port>", "a member that lets this one in; may be repeated", collect)
    .option("--cluster <name>", "the name of the fleet")
    .option("--key-file <file>", "the fleet's key: in hex, or 16 to 64 raw bytes")
    .option("--state-dir <folder>", "for the count of its starts, and the socket of members")
    .option("--detector <name>", "how members watch each other", "swim")
    .option("--profile <name>", "timings for a kind of network: local, lan or wan", "lan")
    .option("--period <duration>", "of the detector, instead of the profile's")
    .option("--members-max <count>", "members that are remembered at one time", "1024")
    .option("--json", "events as JSON on stdout, an object a line")
    .addHelpText("after", examples)
    .action((flags: AgentFlags) => runAgent(io, flags));
}

const collect = (word: string, before: readonly string[] = []): string[] => [...before, word];

async function runAgent(io: CliIo, flags: AgentFlags): Promise<void> {
  const settings = await settingsOf(io, flags);
  const teller = tellerFor(io, settings, flags.json ?? false);
  const live = await startOrExplain(() =>
    LiveAgent.start({
      ...settings,
      onEvent: (at, event) => teller.event(at, event),
      onWarning: (text) => teller.warning(text),
    }),
  );
  teller.up(live);
  const ending = await untilEnd(live);
  if (ending === null) {
    await live.leave();
    return;
  }
  await live.stop();
  throw failureOf(ending, settings, live.bootId);
}

/** Null where it was told to end in good order. */
function untilEnd(live: LiveAgent): Promise<AgentEnding | null> {
  return new Promise((end) => {
    onEndSignal(() => end(null));
    void live.ended.then(end);
  });
}
