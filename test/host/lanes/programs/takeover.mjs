/**
 * A lock whose holder died, in a thread whose kernel says so; "quicker": another waiter heard it
 * too, and took the lock in the meantime. Tells the answer, and who has the lock then.
 */
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { PiLock } from "../../../../dist/src/host/lanes/pi-lock.js";

const [dead, mine, other] = [100, 200, 300];
const [noSuchProcess, timedOut] = [3, 110];

function take(scenario) {
  const word = new Int32Array(new SharedArrayBuffer(4));
  word[0] = dead;
  const futex = () => {
    if (word[0] === other) return timedOut;
    if (scenario === "quicker") word[0] = other;
    return noSuchProcess;
  };
  const timeSpec = () => ({ set: () => {} });
  const posix = { gettid: () => mine, timeSpec, now: () => 0, hasLockPi2: true, futex };
  const answer = new PiLock(word, posix).lock(1_000);
  return { answer, holder: word[0] };
}

if (isMainThread) {
  const worker = new Worker(new URL(import.meta.url), { workerData: process.argv[2] });
  worker.once("message", (told) => console.log(JSON.stringify(told)));
} else {
  parentPort.postMessage(take(workerData));
}
