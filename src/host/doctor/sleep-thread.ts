/**
 * The thread of a trial: does it get SCHED_FIFO, and how late does it wake from an absolute sleep?
 * A thread of its own, so that what it was granted ends with it.
 */
import { parentPort, workerData } from "node:worker_threads";
import { errnos, errnoText, loadPosix, type Posix } from "../lanes/posix.js";
import type { FifoTrial } from "./scheduling.js";

export interface SleepTask {
  /** SCHED_FIFO, 1 to 99. */
  readonly priority: number;
  readonly samples: number;
  /** In microseconds. */
  readonly period: number;
}

export interface SleepAnswer {
  readonly fifo: FifoTrial;
  /** In microseconds; none where the call cannot be made. */
  readonly late: readonly number[];
}

function answer({ priority, samples, period }: SleepTask): SleepAnswer {
  const loaded = loadPosix();
  if (!loaded.ok) return { fifo: { granted: false, reason: loaded.reason }, late: [] };
  const { posix } = loaded;
  const errno = posix.setPriority(posix.gettid(), priority);
  const fifo: FifoTrial =
    errno === errnos.none
      ? { granted: true, priority }
      : { granted: false, reason: errnoText(errno) };
  return { fifo, late: sleepOften(posix, samples, period) };
}

function sleepOften(posix: Posix, samples: number, period: number): readonly number[] {
  const late: number[] = [];
  let at = posix.now() + period;
  while (late.length < samples) {
    posix.sleepUntil(at);
    const woken = posix.now();
    late.push(Math.max(0, woken - at));
    // What was overslept is not made up for: each sleep is one of its own.
    at = woken + period;
  }
  return late;
}

parentPort?.postMessage(answer(workerData as SleepTask));
