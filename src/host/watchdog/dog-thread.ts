/**
 * The dog: a thread that sleeps until the patience would be over, looks, and either sleeps on or
 * kills the process. It shares nothing with the program but the time stamp, so an endless loop
 * there does not stop it. SIGKILL, because a program that hangs must not be asked.
 */
import { writeSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { raiseThisThread } from "../lanes/grant.js";
import { Patience } from "./patience.js";

export interface DogData {
  readonly buffer: SharedArrayBuffer;
  /** In milliseconds. */
  readonly timeout: number;
  /** Whose dog it is, for the line that is left behind. */
  readonly name: string;
  /** SCHED_FIFO; 0 leaves it ordinary. A loop that runs away must not outrun its dog. */
  readonly priority: number;
}

const stderr = 2;

function watch({ buffer, timeout, name }: DogData): void {
  const patience = new Patience(buffer);
  for (;;) {
    const left = timeout - patience.sincePet();
    if (left <= 0) bite(name, timeout, patience.sincePet());
    if (patience.waitForCallOff(Math.max(left, 1))) return;
  }
}

function bite(name: string, timeout: number, silence: number): void {
  const msg = `the watchdog of ${name} was not petted for ${Math.round(silence)} ms: killed`;
  const line = { level: 60, time: Date.now(), pid: process.pid, node: name, timeout, msg };
  try {
    writeSync(stderr, `${JSON.stringify(line)}\n`);
  } catch {
    // Nobody reads stderr: that is no reason to let a program live that hangs.
  }
  process.kill(process.pid, "SIGKILL");
}

const data = workerData as DogData;
parentPort?.postMessage(data.priority === 0 ? null : raiseThisThread(data.priority));
watch(data);
