/** What the threads of the programs here need: instants, work of a known length, and /proc. */
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { loadPosix } from "../../../../dist/src/host/lanes/posix.js";

const result = loadPosix();
if (!result.ok) throw new Error(result.reason);
export const { posix } = result;
export const tid = posix.gettid();

/** The processor on which threads compete: the last, for the first serves most interrupts. */
export const cpu = availableParallelism() - 1;

let sink = 1;

export function work(rounds) {
  let x = sink;
  for (let round = 0; round < rounds; round += 1) x = (x * 1664525 + 1013904223) | 0;
  sink = x;
}

/** How many rounds take a millisecond of this processor: the best of some, for others compete. */
export function roundsPerMs() {
  work(2e6);
  let best = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < 7; tries += 1) {
    const began = performance.now();
    work(1e6);
    best = Math.min(best, performance.now() - began);
  }
  return 1e6 / best;
}

/** SCHED_FIFO as the kernel sees it, with what is inherited: field 18 is -1 - priority. */
export function kernelPriority(thread = tid) {
  const text = readFileSync(`/proc/self/task/${thread}/stat`, "utf8");
  const field18 = Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[15]);
  return field18 < 0 ? -1 - field18 : 0;
}
