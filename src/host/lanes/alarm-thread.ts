/**
 * The thread that wakes an event loop at its machine's deadlines: a lane without ticks of its own.
 * It sleeps on the futex of the sequence, with an absolute time-out, for an earlier deadline must
 * end the sleep.
 */
import { parentPort, workerData } from "node:worker_threads";
import { AlarmWords, never } from "./alarm-words.js";
import { type Grant, obtain, type RealtimeWish } from "./grant.js";
import { futexOps, loadPosix, type Posix } from "./posix.js";

export interface AlarmData {
  readonly buffer: SharedArrayBuffer;
  readonly wish: RealtimeWish;
  /** How much earlier than the deadline it rings, in microseconds. */
  readonly lead: number;
}

export type AlarmMessage =
  | { readonly kind: "armed"; readonly grant: Grant }
  | { readonly kind: "failed"; readonly reason: string };

/** A sleep is renewed after so many microseconds: a time-out of years means nothing to a kernel. */
const napMax = 60_000_000;

function serve(posix: Posix, { buffer, lead }: AlarmData): void {
  const alarm = new AlarmWords(buffer);
  const until = posix.timeSpec();
  let rungFor = -1;
  while (!alarm.ended) {
    const sequence = alarm.sequence;
    const now = posix.now();
    // Once for each time that a deadline was set: what comes of it is the loop's affair.
    const rings = sequence === rungFor ? never : alarm.deadline - lead;
    if (rings <= now) {
      rungFor = sequence;
      alarm.ring();
      continue;
    }
    const sleeps = Math.min(rings, now + napMax);
    alarm.sleepUntil(sleeps);
    until.set(sleeps);
    posix.futex(alarm.sequenceWord, futexOps.waitBitset, sequence, until);
  }
}

const tell = (message: AlarmMessage): void => parentPort?.postMessage(message);

function begin(data: AlarmData): void {
  const result = loadPosix();
  if (!result.ok) {
    tell({ kind: "failed", reason: result.reason });
    return;
  }
  const { posix } = result;
  const tid = posix.gettid();
  tell({ kind: "armed", grant: obtain(posix, tid, data.wish) });
  serve(posix, data);
  posix.setPriority(tid, 0);
}

begin(workerData as AlarmData);
