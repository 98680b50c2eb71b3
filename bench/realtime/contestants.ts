/**
 * Three that are to do something once a period: a lane, cyclictest (the kernel's own yardstick: the
 * least that any real-time thread of this machine is late), and setInterval. Each answers with
 * counts by microsecond.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Lane } from "../../src/host/lanes/lane.js";
import { lateClassEnd } from "../../src/host/lanes/late-counts.js";
import { micros, millis } from "../../src/kernel/time.js";
import { tick } from "./pid-tick.js";

/** How often something was so many microseconds late. */
export type Counts = Map<number, number>;

/** SCHED_FIFO of lane and cyclictest. */
export const priority = 80;

const warmUp = millis(500);
const slack = 300;

export const wait = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

export interface LaneRun {
  readonly counts: Counts;
  readonly overruns: number;
}

/** @param ahead false: it sleeps until the instant itself, as cyclictest does */
export async function laneRun(periodUs: number, seconds: number, ahead: boolean): Promise<LaneRun> {
  const started = await Lane.start({
    name: "bench",
    module: new URL("./pid-tick.js", import.meta.url),
    ...{ period: micros(periodUs), priority, warmUp },
    ...(ahead ? {} : { wakeAhead: micros(0) }),
    onTold: (told) => {
      const reasons = told.kind === "granted" ? told.grant.reasons : [];
      for (const reason of reasons) console.log(`the lane got less than it asked for: ${reason}`);
    },
  });
  if (!started.ok) throw new Error(started.reason);
  await wait(warmUp / 1_000 + slack + seconds * 1_000);
  const { lateCounts, overruns } = started.lane.telemetry();
  await started.lane.stop();
  const pairs = lateCounts.map((count, index) => [lateClassEnd(index), count] as const);
  return { counts: new Map(pairs.filter(([, count]) => count > 0)), overruns };
}

/** As `cyclictest --json` writes it. */
interface CyclicFile {
  readonly thread: Readonly<Record<string, { readonly histogram: Record<string, number> }>>;
}

export const hasCyclictest = (): boolean => {
  const { status } = spawnSync("cyclictest", ["--help"], { stdio: "ignore" });
  return status !== null;
};

/** Later than this is counted so: in microseconds. */
const histogramMax = 200_000;

export function cyclictestCounts(periodUs: number, seconds: number): Counts {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-cyclictest-"));
  const file = join(folder, "result.json");
  const loops = Math.round((seconds * 1e6) / periodUs);
  const words = ["-q", "-m", "-t1", `-p${priority}`, `-i${periodUs}`, `-l${loops}`];
  const { status, stderr } = spawnSync(
    "cyclictest",
    [...words, `-h${histogramMax}`, `--json=${file}`],
    { stdio: ["ignore", "ignore", "pipe"], encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`cyclictest failed: ${stderr}`);
  const { thread } = JSON.parse(readFileSync(file, "utf8")) as CyclicFile;
  rmSync(folder, { recursive: true, force: true });
  const pairs = Object.entries(thread["0"]?.histogram ?? {});
  return new Map(pairs.map(([late, count]) => [Number(late), count]));
}

export interface IntervalRun {
  /** How far each period was from what was asked. */
  readonly counts: Counts;
  /** How much longer all of them took, in milliseconds for each second. */
  readonly drift: number;
}

export async function intervalCounts(periodUs: number, seconds: number): Promise<IntervalRun> {
  const counts: Counts = new Map();
  const periods = Math.round((seconds * 1e6) / periodUs);
  const began = performance.now();
  let [before, seen] = [began, 0];
  await new Promise<void>((done) => {
    const timer = setInterval(() => {
      const now = performance.now();
      const error = Math.floor(Math.abs((now - before) * 1_000 - periodUs));
      counts.set(error, (counts.get(error) ?? 0) + 1);
      before = now;
      seen += 1;
      tick({ tick: seen });
      // Not for so many periods: it drifts, and would take twice as long.
      if (now - began < seconds * 1_000) return;
      clearInterval(timer);
      done();
    }, periodUs / 1_000);
  });
  return { counts, drift: ((periods - seen) / periods) * 1_000 };
}
