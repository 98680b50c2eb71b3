/**
 * `holdfast run`: one replica, until it is told to end. It runs on a board, or beside others on one
 * machine; forked by the demo it takes its board from there.
 */
import { resolve } from "node:path";
import { Command } from "commander";
import { loadConfigApart } from "../config/load-apart.js";
import type { RunSettings } from "../config/settings.js";
import { boardFromParentFlag } from "../host/board-channel.js";
import { RightHooks } from "../host/hooks/right-hooks.js";
import type { StartOptions } from "../host/live-guards.js";
import { LiveNode, type LiveNodeOptions } from "../host/live-node.js";
import { makeLogger } from "../host/logger.js";
import type { WatchdogSettings } from "../host/watchdog/watchdog-settings.js";
import type { NodeId } from "../kernel/ids.js";
import { type ConfigFlags, configFileOf, requireConfig, withConfigFlags } from "./config-source.js";
import { exitCodes } from "./exit.js";
import { type CliIo, writeJson } from "./io.js";
import { onEndSignal, startOrExplain } from "./lifetime.js";
import {
  addressesOf,
  furtherPathsOf,
  machineOptions,
  recordingOptions,
  requireNode,
  stepLine,
} from "./replica-options.js";
import { type Ground, localGround } from "./run/ground.js";
import { ParentGround } from "./run/parent-ground.js";
import { version } from "./version.js";

interface Flags extends ConfigFlags {
  readonly node: string;
  readonly boardFromParent?: boolean;
  readonly watchdog: boolean;
  readonly safeMode?: boolean;
  readonly json?: boolean;
}

/**
 * A stop that takes longer, in milliseconds, is cut short: outputs were released at its beginning.
 */
const stopMax = 2_000;

const examples = `
Examples:
  $ holdfast run --config boiler.yaml --node a
  $ holdfast run --node a --set log.level=debug 2> a.log

Logs go to stderr, one JSON object a line. Ctrl-C and SIGTERM release the outputs and end it.`;

export function runCommand(io: CliIo): Command {
  return withConfigFlags(new Command("run"))
    .description("Runs one replica of a cluster until it is stopped.")
    .requiredOption("-n, --node <id>", "which of the config's nodes this is")
    .option("--no-watchdog", "no watchdog at all, whatever the config says (for debuggers)")
    .option("--safe-mode", "without recorder, injected faults and real-time priority")
    .option("--no-safe-mode", "with them, also after starts in quick succession")
    .option(boardFromParentFlag, "the process that forked this one has the board (for the demo)")
    .option("--json", "the line that tells that it is up as one JSON object")
    .addHelpText("after", examples)
    .action((flags: Flags) => runReplica(io, flags));
}

async function runReplica(io: CliIo, flags: Flags): Promise<void> {
  const { settings } = await requireConfig(io, flags, loadConfigApart);
  const self = requireNode(settings, flags.node);
  const ground = flags.boardFromParent
    ? ParentGround.open(settings.cluster, self)
    : await localGround(settings, self);
  const hooks = hooksFor(settings, self);
  try {
    const end = endOf(ground);
    const options = await optionsOf(io, flags, settings, self, hearing(ground, hooks));
    const starts = startsOf(flags, settings, end.signal);
    const live = await startOrExplain(() => LiveNode.start({ ...options, starts }));
    process.on("uncaughtException", (error) => {
      live.fail("something threw where nothing may", error);
    });
    if (!end.signal.aborted) tellUp(io, flags, settings, self, live);
    ground.onUp(live, self);
    hooks?.begin();
    await end.told;
    const cutShort = setTimeout(() => process.exit(exitCodes.timedOut), stopMax);
    await live.stop();
    clearTimeout(cutShort);
    // After the outputs were let go, and in its own time.
    await hooks?.close();
  } finally {
    // A channel to a parent that is left open would keep the process alive.
    ground.close();
  }
}

function hooksFor({ hooks, cluster, log }: RunSettings, self: NodeId): RightHooks | null {
  if (hooks === null) return null;
  const logger = makeLogger(self, log.level);
  return new RightHooks({ settings: hooks, cluster: cluster.cluster, node: self, logger });
}

/** The hooks hear what the ground hears. */
function hearing(ground: Ground, hooks: RightHooks | null): Ground {
  if (hooks === null) return ground;
  return {
    armBridge: ground.armBridge,
    makeBoard: (now) => ground.makeBoard(now),
    onEvent: (at, event) => {
      ground.onEvent(at, event);
      hooks.onEvent(event);
    },
    onEnd: (end) => ground.onEnd(end),
    onUp: (live, node) => ground.onUp(live, node),
    close: () => ground.close(),
  };
}

async function optionsOf(
  io: CliIo,
  flags: Flags,
  settings: RunSettings,
  self: NodeId,
  ground: Ground,
): Promise<LiveNodeOptions> {
  const node = machineOptions(settings, self);
  const config = resolve(io.cwd, configFileOf(io, flags));
  return {
    node,
    ...addressesOf(settings, self),
    furtherPaths: furtherPathsOf(settings, self),
    makeBoard: (now) => ground.makeBoard(now),
    stateDir: settings.stateDir,
    watchdog: flags.watchdog ? watchdogOf(settings, flags) : null,
    armBridge: ground.armBridge,
    realtime: settings.realtime,
    recording: recordingOptions(settings, node, { version: await version(), config }),
    faultsAllowed: settings.faultsAllowed,
    logger: makeLogger(self, settings.log.level),
    onEvent: (at, event) => ground.onEvent(at, event),
    // Not by a throw: nobody may be left to catch it, and what started us must learn of it.
    onFailure: () => process.exit(exitCodes.bug),
  };
}

/** Beside a parent that starts replicas the service is the parent, and no replica speaks for it. */
const watchdogOf = ({ watchdog }: RunSettings, { boardFromParent }: Flags): WatchdogSettings =>
  boardFromParent ? { ...watchdog, systemd: false } : watchdog;

const startsOf = (
  flags: Flags,
  { restarts }: RunSettings,
  endSignal: AbortSignal,
): StartOptions => ({
  // A parent that starts replicas has rules of its own about those that end too often.
  restarts: flags.boardFromParent ? null : restarts,
  safeMode: flags.safeMode ?? null,
  endSignal,
  stepText: stepLine,
});

interface End {
  /** Fulfilled when it was told to end in good order; a start that waits is then cut short. */
  readonly told: Promise<void>;
  readonly signal: AbortSignal;
}

function endOf(ground: Ground): End {
  const controller = new AbortController();
  const told = new Promise<void>((end) => {
    const tell = (): void => {
      controller.abort();
      end();
    };
    onEndSignal(tell);
    ground.onEnd(tell);
  });
  return { told, signal: controller.signal };
}

function tellUp(
  io: CliIo,
  flags: Flags,
  settings: RunSettings,
  node: NodeId,
  live: LiveNode,
): void {
  const { bootId, recording } = live;
  const { cluster } = settings.cluster;
  if (flags.json) {
    writeJson(io, "run", { up: { cluster, node, pid: process.pid, bootId, recording } });
    return;
  }
  const recorded = recording === null ? "" : `, recording to ${recording}`;
  io.stdout.write(`${node} of ${cluster} is up (process ${process.pid})${recorded}\n`);
}
