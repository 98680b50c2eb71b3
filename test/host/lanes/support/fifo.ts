/** Is SCHED_FIFO granted here? Where it is not, tests of it are skipped, and say so. */
import { errnos, errnoText, loadPosix } from "../../../../src/host/lanes/posix.js";

export function isFifoGranted(): boolean {
  const result = loadPosix();
  const reason = result.ok ? refusal(result.posix) : result.reason;
  if (reason !== null) console.warn(`SKIPPED, no SCHED_FIFO here: ${reason}`);
  return reason === null;
}

function refusal(posix: Extract<ReturnType<typeof loadPosix>, { ok: true }>["posix"]) {
  const tid = posix.gettid();
  const errno = posix.setPriority(tid, 1);
  posix.setPriority(tid, 0);
  return errno === errnos.none ? null : errnoText(errno);
}
