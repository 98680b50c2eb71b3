/** A thread that spins as SCHED_FIFO on one processor for a while: V8's threads wait for it. */
import { workerData } from "node:worker_threads";
import { loadPosix } from "../../src/host/lanes/posix.js";

export interface SpinnerData {
  readonly cpu: number;
  readonly priority: number;
  readonly ms: number;
}

const { cpu, priority, ms } = workerData as SpinnerData;
const result = loadPosix();
if (!result.ok) throw new Error(result.reason);
const tid = result.posix.gettid();
result.posix.setAffinity(tid, cpu);
result.posix.setPriority(tid, priority);
for (const end = performance.now() + ms; performance.now() < end; );
result.posix.setPriority(tid, 0);
