/**
 * How large a fleet the simulator bears: members with SWIM, Lifeguard and membership, on a network
 * that loses one message in a hundred, while some of them crash. Each run is a process of its own,
 * with a stated limit of its heap; what it needs at most is what the system says of the whole
 * process. A run in which a crash is not known to every member in the end is no result.
 *
 * Run: node dist/bench/detection.js [members periods crashes]
 */
import { spawnSync } from "node:child_process";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { millis, seconds } from "../src/kernel/time.js";
import { unnoticed } from "../src/sim/fleet/checkers/completeness.js";
import { contenders } from "../src/sim/fleet/contenders.js";
import { FleetStage } from "../src/sim/fleet/stage.js";
import { type FleetStudy, studiedMembership } from "../src/sim/fleet/study.js";

interface Run {
  readonly members: number;
  /** Of 1 s, from the start. */
  readonly periods: number;
  readonly crashes: number;
  /** In MiB, as --max-old-space-size. */
  readonly heapMax: number;
}

const runs: readonly Run[] = [
  { members: 100, periods: 60, crashes: 3, heapMax: 512 },
  { members: 1_000, periods: 60, crashes: 10, heapMax: 1_024 },
  { members: 10_000, periods: 8, crashes: 0, heapMax: 3_500 },
];

/** Crashes come early, so that all have the time to hear of them. */
const crashAtPeriod = 12;

const period = seconds(1);

const studyOf = (nodes: number): FleetStudy => ({
  nodes,
  loss: 0.01,
  delay: { kind: "uniform", min: millis(1), max: millis(20) },
  detector: { period, suspectAfter: seconds(3), ackTimeout: millis(500), relays: 3, phi: 8 },
  membership: studiedMembership(period),
  tellsLateness: true,
});

function measure({ members, periods, crashes }: Omit<Run, "heapMax">): void {
  const contender = contenders.get("swim-lifeguard");
  if (contender === undefined) throw new Error("there is no swim-lifeguard");
  const began = process.hrtime.bigint();
  const stage = new FleetStage(studyOf(members), contender, { seed: 1, purpose: "bench" });
  stage.run(Math.min(crashAtPeriod, periods));
  for (const id of stage.members.slice(0, crashes)) stage.crash(id);
  stage.run(Math.max(0, periods - crashAtPeriod));
  const took = Number(process.hrtime.bigint() - began) / 1e9;
  const { user, system } = process.cpuUsage();
  const busy = (user + system) / 1e6;
  const missed = unnoticed(stage.truth, stage.views).length;
  if (missed > 0) throw new Error(`${missed} views still trust a crashed member`);
  const { steps } = stage.fleet;
  const rss = process.resourceUsage().maxRSS / 1_024;
  const lost = stage.accuracy.result().givenUp;
  console.log(
    `${members} members, ${periods} periods of 1 s, ${crashes} crashes: ${took.toFixed(1)} s, ` +
      `${busy.toFixed(1)} s of CPU, ${steps} steps, at most ${Math.round(rss)} MiB resident, ` +
      `${lost} live members given up`,
  );
}

function start({ members, periods, crashes, heapMax }: Run): void {
  const file = fileURLToPath(import.meta.url);
  const args = [`--max-old-space-size=${heapMax}`, file, members, periods, crashes].map(String);
  const { status } = spawnSync(process.execPath, args, { stdio: "inherit" });
  if (status !== 0) process.exitCode = 1;
}

const [members, periods, crashes] = process.argv.slice(2).map(Number);
if (members !== undefined && periods !== undefined && crashes !== undefined) {
  measure({ members, periods, crashes });
} else {
  const cpu = cpus()[0]?.model ?? "unknown";
  console.log(`machine: ${cpu}, ${cpus().length} cores, node ${process.version}`);
  for (const run of runs) start(run);
}
