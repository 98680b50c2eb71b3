/** What a doctor tries and measures: in about three seconds, and it leaves no trace. */
import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, openSync, rmSync, statfsSync, statSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { loadPosix } from "../lanes/posix.js";
import { loadNative } from "../native/native.js";
import { loadSerialPort } from "../serial/load-serialport.js";
import { systemCode } from "../udp-socket.js";
import type { ClockTrials } from "./clock.js";
import type { Trials } from "./doctor.js";
import { quantilesOf } from "./samples.js";
import type { SleepAnswer, SleepTask } from "./sleep-thread.js";
import type { FsyncTrial, StorageTrials } from "./storage.js";
import { resolutionNow, wallClockNow } from "./time-calls.js";

const samples = 100;

/** Of timers and sleeps: a fast control cycle. */
const periodMillis = 10;
const microsPerMilli = 1_000;

/** In the middle of what real-time threads use: those of the kernel stand above it. */
const trialPriority = 40;

/** A thread that does not answer within this, in milliseconds, is ended. */
const threadMillisMax = 10_000;

/** @param stateDir the folder whose disk is measured; it need not exist */
export async function tryMachine(stateDir: string): Promise<Trials> {
  const storage = tryStorage(stateDir);
  const before = Date.now() - performance.now();
  const timer = quantilesOf(await tryTimers());
  const sleep = await trySleeps();
  const wallStep = Math.round((Date.now() - performance.now() - before) * microsPerMilli);
  const late = quantilesOf(sleep.late);
  const clock: ClockTrials = {
    ...{ resolution: resolutionNow(), wallClock: wallClockNow(), wallStep, timer },
    sleep: late === null ? null : { late, fifo: sleep.fifo.granted },
  };
  const posix = loadPosix();
  const native = loadNative();
  const nativeMissing = native.ok ? (posix.ok ? null : posix.reason) : native.reason;
  const serialport = await loadSerialPort();
  const serial = { packageMissing: serialport.ok ? null : serialport.reason };
  return { scheduling: { nativeMissing, fifo: sleep.fifo }, clock, storage, serial };
}

async function tryTimers(): Promise<readonly number[]> {
  const late: number[] = [];
  while (late.length < samples) {
    const start = performance.now();
    await wait(periodMillis);
    late.push(Math.max(0, performance.now() - start - periodMillis) * microsPerMilli);
  }
  return late;
}

function trySleeps(): Promise<SleepAnswer> {
  const workerData: SleepTask = {
    ...{ priority: trialPriority, samples, period: periodMillis * microsPerMilli },
  };
  const worker = new Worker(new URL("./sleep-thread.js", import.meta.url), {
    workerData,
    execArgv: [],
  });
  return new Promise((resolve) => {
    const refuse = (reason: string) => resolve({ fifo: { granted: false, reason }, late: [] });
    const timer = setTimeout(() => {
      refuse(`the thread did not answer within ${threadMillisMax / 1_000} s`);
      worker.terminate();
    }, threadMillisMax);
    worker.once("message", (answer: SleepAnswer) => resolve(answer));
    worker.once("error", (error) => refuse(error.message));
    worker.once("exit", () => {
      clearTimeout(timer);
      refuse("the thread ended without an answer");
    });
  });
}

const blockBytes = 4_096;
const fsyncSamples = 50;

/** A slow card may take a second for each; what was measured until then is enough. */
const fsyncMillisMax = 3_000;

function tryStorage(stateDir: string): StorageTrials {
  const folder = nearestFolder(stateDir);
  return { folder, fsync: tryFsync(folder), freeBytes: freeIn(folder) };
}

/** The folder, or the nearest above it that exists. */
function nearestFolder(path: string): string {
  try {
    if (statSync(path).isDirectory()) return path;
  } catch {
    // It is made when the first replica starts.
  }
  return dirname(path) === path ? path : nearestFolder(dirname(path));
}

function tryFsync(folder: string): FsyncTrial {
  const path = join(folder, `.holdfast-doctor-${randomBytes(6).toString("hex")}`);
  try {
    const late = quantilesOf(fsyncOften(path));
    return late === null ? { ok: false, reason: "no sample in time" } : { ok: true, late };
  } catch (error) {
    return { ok: false, reason: `${folder}: ${systemCode(error)}` };
  } finally {
    rmSync(path, { force: true });
  }
}

function fsyncOften(path: string): readonly number[] {
  const block = Buffer.alloc(blockBytes, 0xa5);
  const file = openSync(path, "wx", 0o600);
  const late: number[] = [];
  const end = performance.now() + fsyncMillisMax;
  try {
    while (late.length < fsyncSamples && performance.now() < end) {
      const start = performance.now();
      writeSync(file, block);
      fsyncSync(file);
      late.push((performance.now() - start) * microsPerMilli);
    }
    return late;
  } finally {
    closeSync(file);
  }
}

function freeIn(folder: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return null;
  }
}
