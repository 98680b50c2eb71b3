/**
 * `holdfast demo`: three replicas as processes on this machine, UDP between them, a simulated plant
 * under them, and faults on request. The replicas are those of `holdfast run`; only the board is
 * not.
 */
import { rmSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { loadConfig } from "../config/load.js";
import { formatPath } from "../config/problem.js";
import { MonotonicClock } from "../host/monotonic-clock.js";
import { type NodeId, nodeId } from "../kernel/ids.js";
import { openFirmwareSite } from "./demo/firmware/open-firmware-site.js";
import type { FirmwareRack } from "./demo/firmware/rack.js";
import { type DemoFlags, type DemoPlan, planOf } from "./demo/flags.js";
import { type Ground, layGround } from "./demo/ground.js";
import { boilerApp, boilerFile, openSite } from "./demo/open-site.js";
import { Session } from "./demo/session.js";
import { show } from "./demo/show.js";
import { EndingSignals } from "./demo/signals.js";
import type { StagedSite } from "./demo/staged-site.js";
import { summaryText } from "./demo/summary.js";
import { BadVerdict, CliFailure } from "./exit.js";
import { type CliIo, writeJson } from "./io.js";

const examples = `
Examples:
  $ holdfast demo                                       a live table; faults from the keyboard
  $ holdfast demo --for 20s --json                      unattended: scripted faults, then a summary
  $ holdfast demo --firmware                            sensors and heater behind microcontrollers
  $ holdfast demo --recording motes.csv --speed 60      sensors from a recording, a minute a second

The summary says when each fault was set, found, taken over and cleared, and where the logs and the
flight recordings are; they are kept for a day. The exit code is 1 when two replicas drove at once,
and, unattended, when a cycle had no voted value.`;

const replicaCount = 3;

/** The boards are sampled so many times in a control cycle, where their sensors are that fast. */
const samplesPerCycle = 4;

/** The mock sensors take a sample so often; to look more often shows the same one again. */
const sensorPeriodMs = 5;

export function demoCommand(io: CliIo): Command {
  return new Command("demo")
    .description("Runs three replicas on this machine and lets you break them.")
    .option("--for <duration>", "run so long, with scripted faults, and end with a summary")
    .option("--cycle <duration>", "the control cycle (default: 100ms; with --firmware 200ms)")
    .option("--heartbeat <duration>", "their period (default: 50ms; with --firmware 100ms)")
    .option("--recording <file>", "a CSV whose columns the sensors play, instead of a boiler")
    .option("--speed <factor>", "how fast the recording is played (default: 1)")
    .option("--firmware", "sensors and heater behind simulated microcontrollers, an output voter")
    .option("--quiet", "with --for: no scripted faults")
    .option("--json", "one JSON object on stdout, at the end")
    .addHelpText("after", examples)
    .action((flags: DemoFlags) => demonstrate(io, flags));
}

async function demonstrate(io: CliIo, flags: DemoFlags): Promise<void> {
  const plan = planOf(flags, io.cwd);
  const nodes = Array.from({ length: replicaCount }, (_, index) => nodeId(`pi-${index + 1}`));
  const { session, rack } = await prepare(io, plan, nodes);
  const abandon = (): void => session.abandon();
  const signals = new EndingSignals();
  process.once("exit", abandon);
  try {
    session.start();
    await show(io, session, { ...plan, nodes, signalled: signals.came });
  } finally {
    await session.stop();
    await rack?.close(new MonotonicClock().now());
    signals.close();
    process.off("exit", abandon);
  }
  const summary = session.summary();
  if (plan.json) writeJson(io, "demo", summary);
  else io.stdout.write(summaryText(summary, commandName()));
  if (summary.verdict === "bad") throw new BadVerdict();
}

interface Prepared {
  readonly session: Session;
  /** The microcontrollers, which are to be stopped; null where there are none. */
  readonly rack: FirmwareRack | null;
}

/** All that can be wrong is found before a process is started. */
async function prepare(io: CliIo, plan: DemoPlan, nodes: readonly NodeId[]): Promise<Prepared> {
  const { cycle, heartbeat, cycleMs, played, firmware } = plan;
  const clock = new MonotonicClock();
  const votedOutputs = firmware ? Object.keys((await boilerApp()).outputs) : [];
  const ground = await layGround({ nodes, app: boilerFile, cycle, heartbeat, votedOutputs });
  await requireSound(io, ground);
  const { site, rack } = await openStage(plan, nodes, clock);
  const session = new Session({
    app: played === null ? "boiler" : `recording ${basename(played.file)}`,
    ground,
    site,
    program: fileURLToPath(new URL("./main.js", import.meta.url)),
    cycleMs,
    samplingMs: Math.max(sensorPeriodMs, Math.floor(cycleMs / samplesPerCycle)),
    clock,
    attended: plan.forMs === null,
  });
  return { session, rack };
}

interface OpenedStage {
  readonly site: StagedSite;
  readonly rack: FirmwareRack | null;
}

async function openStage(
  { firmware, played }: DemoPlan,
  nodes: readonly NodeId[],
  clock: MonotonicClock,
): Promise<OpenedStage> {
  if (firmware) return openFirmwareSite(nodes, await boilerApp(), clock);
  return { site: await openSite(nodes, played, clock.now()), rack: null };
}

/**
 * The environment has its say in the config of the replicas, too (`HOLDFAST_TIMING_LEASE`), so what
 * is written soundly may still not hold.
 *
 * @throws CliFailure with the first problem; the config is removed, for nobody wrote it
 */
async function requireSound(io: CliIo, ground: Ground): Promise<void> {
  const load = await loadConfig(ground.configFile, { env: io.env, cwd: io.cwd });
  if (load.ok) return;
  rmSync(ground.folder, { recursive: true, force: true });
  const [first] = load.problems;
  const message = first === undefined ? "" : `${formatPath(first.path)}: ${first.message}`;
  throw new CliFailure("usage", `the replicas cannot run like this: ${message}`);
}

/** How this person would call another command: a clone has no `holdfast` on its path. */
const commandName = (): string =>
  basename(process.argv[1] ?? "") === "holdfast" ? "holdfast" : "npx holdfast";
