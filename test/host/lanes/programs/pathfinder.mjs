/**
 * Three threads of priorities 10, 20 and 30 on one processor: low holds a lock for 40 ms of work,
 * high wants it, medium works for 250 ms and wants nothing. Prints one JSON object: the trial, and
 * how many were thrown away because the machine kept the threads from meeting.
 *
 * node pathfinder.mjs inheriting|plain
 */
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { makeLock, openLock } from "../../../../dist/src/host/lanes/shared-lock.js";
import { cpu, kernelPriority, posix, roundsPerMs, tid, work } from "./thread.mjs";

const trialsMax = 6;
const priorities = { low: 10, medium: 20, high: 30 };

/**
 * Did low have the lock when high came, and was medium there before low was done? With inheritance
 * it cannot begin by then, and only has to be due; without, one that was woken too late by a busy
 * machine was not there.
 */
const theyMet = ({ low, medium, high }, inherits) => {
  const there = inherits ? medium.due : medium.began;
  return low.locked < high.wanted && high.wanted < low.unlocked && there < low.unlocked;
};

async function main() {
  const lock = makeLock(process.argv[2] === "inheriting");
  const threads = Object.keys(priorities).map((role) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: { role, lock } });
    return [role, worker];
  });
  const answers = (words) =>
    Promise.all(
      threads.map(([role, worker], index) => {
        const answer = new Promise((done) => worker.once("message", (told) => done([role, told])));
        if (words !== null) worker.postMessage(words[index]);
        return answer;
      }),
    ).then(Object.fromEntries);
  await answers(null);
  for (let trial = 0; trial < trialsMax; trial += 1) {
    const begins = posix.now() + 50_000;
    const told = await answers(threads.map(() => begins));
    const isLast = trial === trialsMax - 1;
    const met = theyMet(told, lock.inherits);
    if (met || isLast) {
      console.log(JSON.stringify({ ...told, inherits: lock.inherits, met, trial }));
      break;
    }
  }
  await Promise.all(threads.map(([, worker]) => worker.terminate()));
}

const roles = {
  low(lock, begins, perMs) {
    posix.sleepUntil(begins);
    const { kind } = lock.lock(5_000_000);
    const locked = posix.now();
    work(40 * perMs);
    const inherited = kernelPriority();
    const unlocked = posix.now();
    lock.unlock();
    return { kind, locked, unlocked, inherited, after: kernelPriority() };
  },
  medium(_lock, begins, perMs) {
    const due = begins + 15_000;
    posix.sleepUntil(due);
    const began = posix.now();
    work(250 * perMs);
    return { due, began, ended: posix.now() };
  },
  high(lock, begins) {
    posix.sleepUntil(begins + 10_000);
    const wanted = posix.now();
    const { kind } = lock.lock(5_000_000);
    const got = posix.now();
    lock.unlock();
    return { kind, wanted, got };
  },
};

function thread({ role, lock: shared }) {
  const lock = openLock(shared);
  posix.setAffinity(tid, cpu);
  // As SCHED_FIFO equals do not share the processor, so each measures alone.
  posix.setPriority(tid, 1);
  const perMs = roundsPerMs();
  parentPort.on("message", (begins) => {
    posix.setPriority(tid, priorities[role]);
    const told = roles[role](lock, begins, perMs);
    posix.setPriority(tid, 0);
    parentPort.postMessage(told);
  });
  parentPort.postMessage({});
}

if (isMainThread) await main();
else thread(workerData);
