/** How long an attempt at a request is waited for, and when a further one comes too late. */
import { after, type Duration, elapsed, type Instant, micros } from "../../../kernel/time.js";
import { type Attempt, isNumbered, type Job } from "./job.js";

/** The wait for an answer doubles at most this often. */
const doublingsMax = 4;

/**
 * What must not be sent twice should not be left without its answer. A refusal that we have is
 * worth more to its caller than a further attempt of which, when the time is over, nobody could
 * tell: one that takes as long as the last did.
 */
export function isTooLate(now: Instant, job: Job, { sentAt }: Attempt): boolean {
  if (job.repeats || isNumbered(job)) return false;
  return after(now, elapsed(sentAt, now)) > job.givenUpAt;
}

/**
 * How long its attempt is waited for. A keep-alive cannot wait longer than the lease allows, and
 * costs the log nothing.
 */
export function patience({ purpose, attemptMax, unanswered }: Job): Duration {
  if (purpose.kind === "keep-alive") return attemptMax;
  return micros(attemptMax * 2 ** Math.min(unanswered, doublingsMax));
}
