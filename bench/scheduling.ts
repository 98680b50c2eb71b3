/**
 * What it costs to switch between tasks, to run a small job by priority, and to lock: contention
 * and executive beside `async-mutex`, `p-queue`, raw generators and promises. The executive runs on
 * a clock that stands still, so that the price of reading one is not in the figures.
 */
import { Mutex } from "async-mutex";
import PQueue from "p-queue";
import { instant } from "../src/kernel/time.js";
import { Contention } from "../src/scheduling/contention/contention.js";
import { Executive } from "../src/scheduling/executive/executive.js";
import { lock, pause, type Steps, unlock } from "../src/scheduling/executive/requests.js";
import type { TaskBody } from "../src/scheduling/executive/task.js";
import { priority } from "../src/scheduling/priority.js";
import { sideBySide, type Way } from "./scheduling/side-by-side.js";

const start = instant(0);
const standstill = () => start;
const inherits = { kind: "inheritance" } as const;
const [askLock, askUnlock] = [lock("bus"), unlock("bus")];

function* pauses(): Steps<void> {
  for (;;) yield pause;
}

function* locks(): Steps<void> {
  for (;;) {
    yield askLock;
    yield askUnlock;
  }
}

/** Takes the lock, lets the next one of its level ask for it in vain, and gives it. */
function* contends(): Steps<void> {
  for (;;) {
    yield askLock;
    yield pause;
    yield askUnlock;
  }
}

function executiveWith(bodies: readonly TaskBody[]): Executive {
  const executive = new Executive({ now: start });
  executive.addLock({ name: "bus", protocol: inherits });
  for (const [index, body] of bodies.entries())
    executive.add(start, { name: `T${index}`, base: priority(10), body });
  return executive;
}

/** One time is as many slices. */
function slices(name: string, bodies: readonly TaskBody[], perTime: number): Way {
  const executive = executiveWith(bodies);
  const run = (times: number): void => {
    for (let slice = 0; slice < times * perTime; slice += 1) executive.runSlice(standstill);
  };
  return { name, run };
}

function rawGenerators(): Way {
  const tasks = [pauses(), pauses(), pauses()];
  const run = (times: number): void => {
    for (let time = 0; time < times; time += 1) tasks[time % 3]?.next();
  };
  return { name: "raw generators in turns, no priorities", run };
}

async function awaits(times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) await null;
}

function bareLock(): Way {
  const contention = new Contention();
  contention.addTask("one", priority(10));
  contention.addResource({ name: "bus", protocol: inherits });
  const run = (times: number): void => {
    for (let time = 0; time < times; time += 1) {
      contention.lock("one", "bus");
      contention.unlock("one", "bus");
    }
  };
  return { name: "Contention: lock and unlock", run };
}

function bareHandOver(): Way {
  const contention = new Contention();
  contention.addTask("low", priority(10));
  contention.addTask("high", priority(20));
  contention.addResource({ name: "bus", protocol: inherits });
  const run = (times: number): void => {
    for (let time = 0; time < times; time += 1) {
      contention.lock("low", "bus");
      contention.lock("high", "bus");
      contention.drainChanges();
      contention.unlock("low", "bus");
      contention.claim("high", "bus");
      contention.unlock("high", "bus");
      contention.drainChanges();
    }
  };
  return { name: "Contention: wait, inherit, hand over, drain changes", run };
}

const mutex = new Mutex();

async function acquires(times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) (await mutex.acquire())();
}

async function runsExclusive(times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) await mutex.runExclusive(() => {});
}

async function acquiresBehind(times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    const release = await mutex.acquire();
    const next = mutex.acquire(1);
    release();
    (await next)();
  }
}

function jobs(): Way {
  const executive = executiveWith([]);
  function* body(): Steps<void> {}
  let count = 0;
  const run = (times: number): void => {
    for (let time = 0; time < times; time += 1) {
      count += 1;
      executive.add(start, { name: `job ${count}`, base: priority(10), body });
      executive.runSlice(standstill);
    }
  };
  return { name: "executive: add a task, run it to its end", run };
}

function queuedJobs(): Way {
  const queue = new PQueue({ concurrency: 1 });
  const run = async (times: number): Promise<void> => {
    for (let time = 0; time < times; time += 1) await queue.add(() => {}, { priority: 10 });
  };
  return { name: "p-queue: add, one at a time", run };
}

await sideBySide("A switch from one task to the next", [
  slices("executive: 3 tasks", [pauses, pauses, pauses], 1),
  slices(
    "executive: 100 tasks",
    Array.from({ length: 100 }, () => pauses),
    1,
  ),
  rawGenerators(),
  { name: "await of what is there, no priorities", run: awaits },
]);
await sideBySide("A lock that is free: taken and given", [
  bareLock(),
  slices("executive: a task yields lock and unlock", [locks], 2),
  { name: "async-mutex: acquire and release", run: acquires },
  { name: "async-mutex: runExclusive", run: runsExclusive },
]);
await sideBySide("A lock that is held: a second one waits, and gets it", [
  bareHandOver(),
  slices("executive: 2 tasks of one level, 3 requests each", [contends, contends], 6),
  { name: "async-mutex: acquire behind a holder", run: acquiresBehind },
]);
await sideBySide("A small job by priority", [jobs(), queuedJobs()]);
