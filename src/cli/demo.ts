/**
 * `holdfast demo`: three replicas as processes on this machine, UDP between them, a simulated plant
 * under them, and faults on request. The replicas are those of `holdfast run`; only the board is not.
 */
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { parseDuration } from "../config/quantity.js";
import { MonotonicClock } from "../host/monotonic-clock.js";
import { type NodeId, nodeId } from "../kernel/ids.js";
import { dashboard } from "./demo/dashboard.js";
import { layGround } from "./demo/ground.js";
import { Keyboard, keysText, press } from "./demo/keyboard.js";
import { boilerFile, openSite } from "./demo/open-site.js";
import { play } from "./demo/script.js";
import { Session } from "./demo/session.js";

import { type DemoSummary, succeeded, summaryText } from "./demo/summary.js";
import { BadVerdict, CliFailure } from "./exit.js";
import { type CliIo, writeJson } from "./io.js";
import { paintFor } from "./terminal.js";

interface Flags {
  readonly for?: string;
  readonly json?: boolean;
  readonly cycle: string;
  readonly heartbeat: string;
  readonly recording?: string;
  readonly speed: string;
  readonly quiet?: boolean;
}

const examples = `
Examples:
  $ holdfast demo                                       a live table; faults from the keyboard
  $ holdfast demo --for 20s --json                      unattended: scripted faults, then a summary
  $ holdfast demo --recording motes.csv --speed 60      sensors from a recording, a minute a second

The summary of an unattended demo says when each fault was set, found, taken over and cleared. The
exit code is 1 when a cycle had no voted value, or two replicas drove at once.`;

const replicaCount = 3;

/** How often the picture is drawn, in milliseconds. */
const drawMs = 200;

/** The boards are sampled so many times in a control cycle, but not more than once a millisecond. */
const samplesPerCycle = 4;

export function demoCommand(io: CliIo): Command {
  return new Command("demo")
    .description("Runs three replicas on this machine and lets you break them.")
    .option("--for <duration>", "run so long, with scripted faults, and end with a summary")
    .option("--cycle <duration>", "the control cycle", "100ms")
    .option("--heartbeat <duration>", "the period of the heartbeats", "50ms")
    .option("--recording <file>", "a CSV whose columns the sensors play, instead of a boiler")
    .option("--speed <factor>", "how fast a recording is played", "1")
    .option("--quiet", "with --for: no scripted faults")
    .option("--json", "one JSON object on stdout, at the end")
    .addHelpText("after", examples)
    .action((flags: Flags) => demonstrate(io, flags));
}

async function demonstrate(io: CliIo, flags: Flags): Promise<void> {
  const lengthMs = flags.for === undefined ? null : milliseconds("--for", flags.for);
  const cycleMs = milliseconds("--cycle", flags.cycle);
  milliseconds("--heartbeat", flags.heartbeat);
  const clock = new MonotonicClock();
  const nodes = Array.from({ length: replicaCount }, (_, index) => nodeId(`pi-${index + 1}`));
  const played =
    flags.recording === undefined ? null : { file: flags.recording, speed: speedOf(flags.speed) };
  const site = await openSite(nodes, played, clock.now());
  const { cycle, heartbeat } = flags;
  const ground = await layGround({ nodes, app: boilerFile, cycle, heartbeat });
  const session = new Session({
    app: played === null ? "boiler" : `recording ${played.file}`,
    ground,
    site,
    program: fileURLToPath(new URL("./main.js", import.meta.url)),
    samplingMs: Math.max(1, Math.floor(cycleMs / samplesPerCycle)),
    clock,
  });
  const leave = () => session.abandon();
  process.once("exit", leave);
  try {
    session.start();
    await show(io, flags, session, nodes, lengthMs);
  } finally {
    await session.stop();
    process.off("exit", leave);
  }
  report(io, flags, session.summary());
}

/** Until the time is over, or somebody wants to leave. */
async function show(
  io: CliIo,
  flags: Flags,
  session: Session,
  nodes: readonly NodeId[],
  lengthMs: number | null,
): Promise<void> {
  const ends: (() => void)[] = [];
  const every = (action: () => void): void => {
    const timer = setInterval(action, drawMs);
    ends.push(() => clearInterval(timer));
  };
  try {
    await new Promise<void>((resolve, reject) => {
      ends.push(onSignals(resolve));
      every(() => rejectIfFailed(session, reject));
      if (lengthMs !== null) {
        const timer = setTimeout(resolve, lengthMs);
        ends.push(() => clearTimeout(timer));
        if (flags.quiet !== true) ends.push(play(session, lengthMs));
      } else if (process.stdin.isTTY) {
        const keyboard = new Keyboard(process.stdin, (key) => press(session, nodes, key), resolve);
        ends.push(() => keyboard.close());
      }
      if (io.stderr.isTerminal) every(() => draw(io, session));
      else io.stderr.write("the demo runs; Ctrl-C ends it with a summary\n");
    });
  } finally {
    for (const end of ends) end();
  }
}

function onSignals(quit: () => void): () => void {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, quit);
  return () => {
    for (const signal of signals) process.off(signal, quit);
  };
}

function rejectIfFailed(session: Session, reject: (error: Error) => void): void {
  const [node] = session.failed();
  if (node === undefined) return;
  const log = session.logFile(node);
  reject(new CliFailure("notAvailable", `replica ${node} does not start; its log: ${log}`));
}

/** Over the picture before, line by line, so that nothing flickers. */
function draw(io: CliIo, session: Session): void {
  const picture = dashboard(session.view(keysText), paintFor(io, io.stderr));
  const lines = picture.split("\n").map((line) => `${line}\u001b[K`);
  io.stderr.write(`\u001b[H${lines.join("\n")}\u001b[J`);
}

function report(io: CliIo, flags: Flags, summary: DemoSummary): void {
  if (flags.json === true) writeJson(io, "demo", summary);
  else io.stdout.write(summaryText(summary));
  if (!succeeded(summary)) throw new BadVerdict();
}

function milliseconds(flag: string, text: string): number {
  const duration = parseDuration(text);
  if (duration.ok && duration.value > 0) return duration.value / 1_000;
  const expected = duration.ok ? "a duration of more than 0" : duration.expected;
  throw new CliFailure("usage", `${flag} ${text}: expected ${expected}`);
}

function speedOf(text: string): number {
  const speed = Number(text);
  if (text !== "" && Number.isFinite(speed) && speed > 0) return speed;
  throw new CliFailure("usage", `--speed ${text}: expected a number of more than 0`);
}
