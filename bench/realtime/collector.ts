/**
 * Does V8's collector stop a lane? A lane at FIFO 50 that makes much garbage, while threads at FIFO
 * 20 spin on every processor for 0.8 s: with V8's own threads raised above the lane, as Holdfast
 * does, and with them put back. The longest time from one tick to the next, by run.
 *
 * Run: node dist/bench/realtime/collector.js [runs]
 */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { Lane } from "../../src/host/lanes/lane.js";
import { loadPosix, type Posix } from "../../src/host/lanes/posix.js";
import { raiseV8Threads, threadsHere, v8Threads } from "../../src/host/lanes/v8-threads.js";
import { micros, millis } from "../../src/kernel/time.js";
import { quantile } from "../median.js";
import type { SpinnerData } from "./spinner.js";

const [lanePriority, spinnerPriority, spinMs, v8Pool] = [50, 20, 800, 4];

function putBack(posix: Posix): void {
  for (const tid of v8Threads(threadsHere(), v8Pool)) posix.setPriority(tid, 0);
}

function raise(posix: Posix): void {
  for (const tid of v8Threads(threadsHere(), v8Pool)) posix.setPriority(tid, lanePriority + 1);
}

function spin(): Promise<unknown> {
  const ends = Array.from({ length: availableParallelism() }, (_, cpu) => {
    const workerData: SpinnerData = { cpu, priority: spinnerPriority, ms: spinMs };
    const worker = new Worker(new URL("./spinner.js", import.meta.url), { workerData });
    return new Promise((ended) => worker.once("exit", ended));
  });
  return Promise.all(ends);
}

async function worstOf(prepare: () => void): Promise<number> {
  const longest = new SharedArrayBuffer(4);
  const started = await Lane.start({
    name: "garbage",
    module: new URL("./busy-tick.js", import.meta.url),
    ...{ period: micros(2_000), priority: lanePriority, warmUp: millis(200), onTold: () => {} },
    buffers: { longest },
  });
  if (!started.ok) throw new Error(started.reason);
  await new Promise((warm) => setTimeout(warm, 500));
  prepare();
  new Int32Array(longest).fill(0);
  await spin();
  const [us = 0] = new Int32Array(longest);
  await started.lane.stop();
  return us / 1_000;
}

const result = loadPosix();
const runs = Number(process.argv[2] ?? 14);
if (!result.ok || result.posix.setPriority(result.posix.gettid(), 1) !== 0) {
  console.log("no SCHED_FIFO here: skipped");
} else {
  const { posix } = result;
  posix.setPriority(posix.gettid(), 0);
  raiseV8Threads(posix, lanePriority + 1);
  const [raised, ordinary]: [number[], number[]] = [[], []];
  for (let run = 0; run < runs; run += 1) {
    raised.push(await worstOf(() => raise(posix)));
    ordinary.push(await worstOf(() => putBack(posix)));
  }
  const words = (all: number[]) =>
    `median ${quantile(all, 0.5).toFixed(0)}, worst ${quantile(all, 1).toFixed(0)}`;
  console.log(`the longest time between ticks, of 2 ms, in each of ${runs} runs, ms`);
  console.log(`  V8's threads above the lane: ${words(raised)}`);
  console.log(`  V8's threads ordinary:       ${words(ordinary)}`);
}
