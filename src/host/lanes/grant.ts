/**
 * What a thread asked of the kernel and what it was given. A refusal costs the guarantee and not
 * the work: the thread goes on with ordinary priority, and says why once.
 */
import { errnos, errnoText, loadPosix, type Posix } from "./posix.js";

export interface RealtimeWish {
  /** SCHED_FIFO, 1 to 99. */
  readonly priority: number;
  /** The only processor that it may run on; null for any. */
  readonly cpu: number | null;
}

export interface Grant {
  readonly asked: RealtimeWish;
  /** Of the kernel, 1 to 99; 0 where it is ordinary. */
  readonly priority: number;
  /** Null where it may run on any. */
  readonly cpu: number | null;
  /** Why it is not what was asked; empty where it is. */
  readonly reasons: readonly string[];
}

/** Nothing was given, for this one reason. */
export const grantless = (asked: RealtimeWish, reason: string): Grant => ({
  asked,
  priority: 0,
  cpu: null,
  reasons: [reason],
});

/** Asks for the thread, and takes what it gets. */
export function obtain(posix: Posix, tid: number, asked: RealtimeWish): Grant {
  const pinned = asked.cpu === null ? errnos.none : posix.setAffinity(tid, asked.cpu);
  const raised = posix.setPriority(tid, asked.priority);
  const reasons: string[] = [];
  if (raised !== errnos.none) {
    // SCHED_OTHER is woken up to 50 us late on purpose, unless it asks not to be.
    posix.setTimerSlack(1);
    reasons.push(`SCHED_FIFO ${asked.priority}: ${errnoText(raised)}${permissionHint(raised)}`);
  }
  if (pinned !== errnos.none) reasons.push(`processor ${asked.cpu}: ${errnoText(pinned)}`);
  return {
    asked,
    priority: raised === errnos.none ? asked.priority : 0,
    cpu: pinned === errnos.none ? asked.cpu : null,
    reasons,
  };
}

/** Null, or why the calling thread is ordinary still. */
export function raiseThisThread(priority: number): string | null {
  const result = loadPosix();
  if (!result.ok) return result.reason;
  const [reason = null] = obtain(result.posix, result.posix.gettid(), {
    priority,
    cpu: null,
  }).reasons;
  return reason;
}

/** Every user meets this one first. */
const permissionHint = (errno: number): string =>
  errno === errnos.notPermitted ? "; it needs CAP_SYS_NICE or LimitRTPRIO=, see doctor" : "";
