/**
 * How exactly something is done once a period: a lane beside cyclictest and setInterval, at 100 Hz
 * and at 1 kHz, on the machine as it is and while every processor is busy. They take turns, so that
 * what else runs here meets all of them; figures of one run are comparable, those of two are not.
 *
 * Of lane and cyclictest it is how late they were woken, after an absolute instant. A lane wakes
 * ahead of it and looks at the clock for the rest, which cyclictest does not; so a lane that does
 * not takes part as well. setInterval
 * drifts, so it is how far each period was from its length, and the drift beside it.
 *
 * Run: node dist/bench/realtime.js [seconds of a turn] [turns]
 */
import { readFileSync } from "node:fs";
import { cpus, release } from "node:os";
import {
  type Counts,
  cyclictestCounts,
  hasCyclictest,
  intervalCounts,
  laneRun,
} from "./realtime/contestants.js";
import { startLoad, stopLoad } from "./realtime/load.js";

const rates = [100, 1_000];
const contestants = ["lane", "lane, wakeAhead 0", "cyclictest", "setInterval"];
type Four = [Counts, Counts, Counts, Counts];

function add(all: Counts, more: Counts): void {
  for (const [late, count] of more) all.set(late, (all.get(late) ?? 0) + count);
}

/** In microseconds. */
function quantileOf(counts: Counts, share: number): number {
  const sorted = [...counts].sort(([one], [other]) => one - other);
  const total = sorted.reduce((sum, [, count]) => sum + count, 0);
  let seen = 0;
  for (const [late, count] of sorted) {
    seen += count;
    if (seen >= share * total) return late;
  }
  return Number.NaN;
}

const figures = (counts: Counts): string =>
  [0.5, 0.99, 0.999, 1].map((share) => quantileOf(counts, share)).join(" / ");

const ratio = (one: Counts, other: Counts, share: number): string =>
  (quantileOf(one, share) / Math.max(1, quantileOf(other, share))).toFixed(2);

/** Of all processors since they started: busy, and stolen by the host. */
function cpuTimes() {
  const [line = ""] = readFileSync("/proc/stat", "utf8").split("\n");
  const ticks = line.split(/\s+/).slice(1).map(Number);
  const all = ticks.reduce((sum, count) => sum + count, 0);
  const idle = (ticks[3] ?? 0) + (ticks[4] ?? 0);
  return { all, busy: all - idle, stolen: ticks[7] ?? 0 };
}

async function contest(hz: number, loaded: boolean, seconds: number, turns: number) {
  const period = 1e6 / hz;
  const [lane, sleeper, cyclic, interval] = contestants.map((): Counts => new Map()) as Four;
  const load = loaded ? startLoad() : [];
  const before = cpuTimes();
  let [drift, overruns] = [0, 0];
  try {
    for (let turn = 0; turn < turns; turn += 1) {
      if (withCyclictest) add(cyclic, cyclictestCounts(period, seconds));
      const ahead = await laneRun(period, seconds, true);
      add(lane, ahead.counts);
      overruns += ahead.overruns;
      add(sleeper, (await laneRun(period, seconds, false)).counts);
      const run = await intervalCounts(period, seconds);
      add(interval, run.counts);
      drift += run.drift / turns;
    }
  } finally {
    stopLoad(load);
  }
  const after = cpuTimes();
  const share = (part: "busy" | "stolen") =>
    `${Math.round((100 * (after[part] - before[part])) / (after.all - before.all))} %`;
  const state = `busy ${share("busy")}, stolen ${share("stolen")}`;
  console.log(`\n${hz} Hz, ${loaded ? "loaded" : "idle"} (${state}); us: p50 / p99 / p99.9 / max`);
  console.log(`  lane                 ${figures(lane)}   ${overruns} overruns`);
  console.log(`  lane, wakeAhead 0    ${figures(sleeper)}`);
  console.log(`  cyclictest           ${withCyclictest ? figures(cyclic) : "skipped"}`);
  console.log(`  setInterval          ${figures(interval)}   drift ${drift.toFixed(0)} ms/s`);
  if (!withCyclictest) return;
  for (const [name, counts] of [["lane", lane] as const, ["lane, wakeAhead 0", sleeper] as const]) {
    const [p50, p99] = [ratio(counts, cyclic, 0.5), ratio(counts, cyclic, 0.99)];
    console.log(`  ${name} / cyclictest: p50 ${p50}, p99 ${p99} (goal: at most 2)`);
  }
}

const withCyclictest = hasCyclictest();
const [first = "8", second = "4"] = process.argv.slice(2);
console.log(`${cpus()[0]?.model}, ${cpus().length} cores, Linux ${release()}, ${process.version}`);
if (!withCyclictest) console.log("cyclictest is not installed (Debian: rt-tests): that is skipped");
for (const hz of rates) {
  for (const loaded of [false, true]) await contest(hz, loaded, Number(first), Number(second));
}
