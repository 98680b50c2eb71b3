/**
 * Requests until they are answered: sent when there is a connection, sent again where that is safe,
 * and given up in time.
 *
 * A replica that is slow is not dead, and asking it again makes it no faster. So an attempt that
 * was given up is still answered by its late reply, for it was the same request; and each further
 * one waits twice as long. Without that a command that takes longer than `attemptMax` would be sent
 * for ever, each time as another entry of the log.
 *
 * The commands of a session go one after another, under their numbers. One that was sent holds up
 * the others until its result is known, also when its caller was told `unknown` long ago: the next
 * number may not be sent before, or the service would take the late one for a repetition.
 */
import { assert } from "../../../kernel/assert.js";
import type { Prng } from "../../../kernel/prng.js";
import { after, type Duration, due, earlier, elapsed, type Instant } from "../../../kernel/time.js";
import type { ClientReply, ClientRequest, RequestRefusal } from "../ports.js";
import { backoff } from "./backoff.js";
import type { CallOutcome } from "./calls.js";
import { type Attempt, changesSomething, earlierMax, isNumbered, type Job, never } from "./job.js";
import {
  lost,
  outcomeOf,
  type Reply,
  refusalOf,
  saysNoSession,
  timedOut,
  unanswered,
  unknownOf,
} from "./outcomes.js";
import { isTooLate, patience } from "./patience.js";

export interface RequestOptions {
  /** There is no other replica to try, and no connection to lose: it is in this process. */
  readonly oneReplica?: boolean;
  /** How long no answer, or only refusals, may come before another replica is tried. */
  readonly attemptMax: Duration;
  readonly retryMin: Duration;
  readonly retryMax: Duration;
}

/** A job that has come to its end, or whose caller must be told before that (`job.told`). */
export interface Settled {
  readonly job: Job;
  readonly outcome: CallOutcome;
  /** The attempt that was answered. */
  readonly attempt: Attempt | null;
  /** Its caller was told `unknown` before. */
  readonly late: boolean;
  /** It was a session's command, and there is no such session any more. */
  readonly noSession: boolean;
  /** Other attempts, which a replica may have taken or take yet. */
  readonly others: readonly number[];
}

interface Flight {
  readonly job: Job;
  readonly attempt: Attempt;
}

/** Told by a replica that did not put the command into its log, nor hand it on. */
const retried: readonly RequestRefusal[] = [
  "no-leader",
  "overloaded",
  "disk-not-writable",
  "no-quorum",
  "no-copy",
];

export class Requests {
  readonly #options: RequestOptions;
  readonly #prng: Prng;
  readonly #free = new Set<Job>();
  /** The session's commands in their order; only the first is ever on its way. */
  #numbered: Job[] = [];
  /** By the id of the attempt, also of those that were given up. */
  readonly #inFlight = new Map<number, Flight>();
  #connected = false;
  #session = 0;
  #sequence = 0;
  /** The newest entry of the session of which we were told. */
  #toldAt = 0;
  #lastId = 0;
  /** Since when this connection has only refused. */
  #refusedSince: Instant | null = null;
  #wakeAt: Instant | null = null;
  #sends: ClientRequest[] = [];
  #reconnects = false;

  constructor(options: RequestOptions, prng: Prng) {
    this.#options = options;
    this.#prng = prng;
  }

  get count(): number {
    return this.#free.size + this.#numbered.length;
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** What is to be sent since it was last asked, in order. */
  takeSends(): readonly ClientRequest[] {
    const sends = this.#sends;
    if (sends.length > 0) this.#sends = [];
    return sends;
  }

  /** Whether another replica is to be tried; asked once. */
  takeReconnect(): boolean {
    const reconnects = this.#reconnects;
    this.#reconnects = false;
    return reconnects;
  }

  add(now: Instant, job: Job): void {
    if (isNumbered(job)) this.#numbered.push(job);
    else this.#free.add(job);
    this.#wake(job.givenUpAt);
    this.#trySend(now, job);
  }

  /** The session's commands, which have waited for it, are sent from now on. */
  beginSession(now: Instant, session: number): void {
    assert(this.#session === 0, "a session begins while another is open");
    this.#session = session;
    this.#sequence = 0;
    this.#toldAt = session;
    this.#sendFirst(now);
  }

  /** Its commands have come to nothing, but for the first, of which nobody can tell. */
  endSession(): Settled[] {
    const settled: Settled[] = [];
    for (const job of this.#numbered) {
      const doubtful = job.doubtful || job.attempt !== null;
      this.#forget(job);
      const outcome = doubtful ? unknownOf("the session has ended before the answer came") : lost;
      settled.push({ job, outcome, attempt: null, late: job.told, noSession: false, others: [] });
    }
    this.#numbered = [];
    this.#session = 0;
    return settled;
  }

  /** Nobody wants the answer any more. Not for a session's command. */
  drop(job: Job): void {
    assert(!isNumbered(job), "a session's command cannot be taken back");
    this.#free.delete(job);
    this.#forget(job);
  }

  onConnected(now: Instant): void {
    this.#connected = true;
    this.#refusedSince = null;
    for (const job of this.#free) job.notBefore = now;
    for (const job of this.#numbered) job.notBefore = now;
    this.#sendAll(now);
  }

  /** What was on its way may not be answered any more: sent again, or unknown. */
  onDisconnected(): Settled[] {
    this.#connected = false;
    const settled: Settled[] = [];
    for (const { job, attempt } of [...this.#inFlight.values()]) {
      if (job.attempt !== attempt) continue;
      this.#leaveAttempt(job, attempt);
      if (!job.repeats) settled.push(this.#settle(job, unanswered, null));
    }
    return settled;
  }

  /** Null where the reply is none to a request of ours that is still open, or it is sent again. */
  onReply(now: Instant, reply: Reply): Settled | null {
    const flight = this.#inFlight.get(reply.id);
    if (flight === undefined) return null;
    const { job, attempt } = flight;
    const isLate = job.attempt !== attempt;
    this.#inFlight.delete(reply.id);
    if (!isLate) job.attempt = null;
    if (isNumbered(job) && saysNoSession(reply)) {
      const outcome = job.doubtful ? unknownOf("the session has ended since it was sent") : lost;
      return { ...this.#settle(job, outcome, attempt), noSession: true };
    }
    if (isLate && reply.kind === "refused") return null;
    if (reply.kind !== "refused") {
      this.#refusedSince = null;
      return this.#answered(now, job, outcomeOf(reply), attempt);
    }
    const again = this.#isSentAgain(job, reply.reason) && !isTooLate(now, job, attempt);
    if (!again) return this.#answered(now, job, refusalOf(job, reply), attempt);
    this.#retry(now, job, reply);
    return null;
  }

  /** What is due: callers who waited too long, attempts without an answer, attempts to make. */
  onTime(now: Instant): Settled[] {
    if (!due(this.#wakeAt, now)) return [];
    const settled: Settled[] = [];
    for (const job of [...this.#numbered, ...this.#free]) {
      if (job.givenUpAt <= now && !job.told) settled.push(this.#giveUp(job));
    }
    if (this.#options.oneReplica === true) this.#askAgain(now);
    else if (this.#isUnanswered(now)) settled.push(...this.#giveUpConnection());
    this.#sendAll(now);
    this.#reckon();
    return settled;
  }

  /** Never later than needed; sometimes earlier. */
  deadline(): Instant | null {
    return this.#wakeAt;
  }

  #isSentAgain(job: Job, reason: RequestRefusal): boolean {
    if (retried.includes(reason)) return true;
    if (reason === "unknown-outcome") return job.repeats;
    // Its number may be used already, whatever this replica makes of it.
    return isNumbered(job) && job.doubtful;
  }

  #answered(now: Instant, job: Job, outcome: CallOutcome, attempt: Attempt): Settled {
    const settled = this.#settle(job, outcome, attempt);
    this.#sendFirst(now);
    return settled;
  }

  #retry(now: Instant, job: Job, reply: Extract<ClientReply, { kind: "refused" }>): void {
    const { retryMin, retryMax } = this.#options;
    if (reply.reason === "unknown-outcome") job.doubtful = true;
    job.lastRefusal = outcomeOf(reply);
    job.notBefore = after(now, backoff(job.refusals, retryMin, retryMax, this.#prng));
    job.refusals += 1;
    this.#wake(job.notBefore);
    this.#refusedSince ??= now;
    this.#wakeToReconnect();
  }

  /** Whether this connection leads to a replica that does not answer, or cannot serve. */
  #isUnanswered(now: Instant): boolean {
    if (!this.#connected) return false;
    if (this.#refusedSince !== null && !this.#isOnlyOnceOut()) {
      if (elapsed(this.#refusedSince, now) >= this.#options.attemptMax) return true;
    }
    for (const { job, attempt } of this.#inFlight.values()) {
      if (job.attempt === attempt && elapsed(attempt.sentAt, now) >= patience(job)) return true;
    }
    return false;
  }

  /** What cannot be sent again is on its way: the refusal that it will get would be lost. */
  #isOnlyOnceOut(): boolean {
    for (const { job, attempt } of this.#inFlight.values()) {
      if (job.attempt === attempt && !job.repeats) return true;
    }
    return false;
  }

  #giveUpConnection(): Settled[] {
    this.#reconnects = true;
    return this.onDisconnected();
  }

  /** Each by itself, for the others may be answered yet. */
  #askAgain(now: Instant): void {
    for (const { job, attempt } of [...this.#inFlight.values()]) {
      if (job.attempt !== attempt || elapsed(attempt.sentAt, now) < patience(job)) continue;
      if (job.repeats) this.#leaveAttempt(job, attempt);
    }
  }

  /** A numbered command that may have been applied stays until its result is known. */
  #giveUp(job: Job): Settled {
    const doubtful = job.doubtful || job.attempt !== null || job.insists;
    if (!doubtful || !changesSomething(job.draft)) {
      return this.#settle(job, job.lastRefusal ?? timedOut, null);
    }
    if (!isNumbered(job)) return this.#settle(job, unanswered, null);
    job.told = true;
    return { job, outcome: unanswered, attempt: null, late: false, noSession: false, others: [] };
  }

  #settle(job: Job, outcome: CallOutcome, attempt: Attempt | null): Settled {
    const others = this.#forget(job);
    if (!isNumbered(job)) this.#free.delete(job);
    else this.#settleNumbered(job, outcome);
    return { job, outcome, attempt, late: job.told, noSession: false, others };
  }

  #leaveAttempt(job: Job, attempt: Attempt): void {
    job.attempt = null;
    job.doubtful = true;
    job.unanswered += 1;
    job.earlier = [...job.earlier, attempt];
    if (job.earlier.length <= earlierMax) return;
    this.#inFlight.delete(job.earlier[0]?.id ?? 0);
    job.earlier = job.earlier.slice(1);
  }

  /** Its attempts are not waited for any more: the ids of those that were. */
  #forget(job: Job): number[] {
    const attempts = job.attempt === null ? job.earlier : [...job.earlier, job.attempt];
    job.attempt = null;
    job.earlier = [];
    return attempts.map(({ id }) => id).filter((id) => this.#inFlight.delete(id));
  }

  #settleNumbered(job: Job, outcome: CallOutcome): void {
    const place = this.#numbered.indexOf(job);
    assert(place >= 0, "a command was settled twice");
    this.#numbered.splice(place, 1);
    if (outcome.kind !== "applied") return;
    this.#sequence += 1;
    this.#toldAt = Math.max(this.#toldAt, outcome.at);
  }

  #sendFirst(now: Instant): void {
    const first = this.#numbered[0];
    if (first !== undefined) this.#trySend(now, first);
  }

  #sendAll(now: Instant): void {
    if (!this.#connected) return;
    this.#sendFirst(now);
    for (const job of this.#free) this.#trySend(now, job);
  }

  #trySend(now: Instant, job: Job): void {
    if (!this.#connected || job.attempt !== null || job.notBefore > now) return;
    if (isNumbered(job) && (this.#session === 0 || this.#numbered[0] !== job)) return;
    if (isNumbered(job) && job.unanswered === 0) job.sentAfter = this.#toldAt;
    this.#lastId += 1;
    const id = this.#lastId;
    job.attempt = { id, sentAt: now };
    this.#inFlight.set(id, { job, attempt: job.attempt });
    this.#sends.push(this.#requestOf(job, id));
    this.#wake(after(now, patience(job)));
  }

  #requestOf(job: Job, id: number): ClientRequest {
    const { draft } = job;
    if (draft.kind !== "command") return { ...draft, id };
    const { kind, command } = draft;
    if (!draft.numbered) return { kind, id, session: 0, sequence: 0, command };
    assert(this.#session !== 0, "a session's command is sent without a session");
    return { kind, id, session: this.#session, sequence: this.#sequence + 1, command };
  }

  #wakeToReconnect(): void {
    if (this.#refusedSince === null || this.#options.oneReplica === true) return;
    if (this.#isOnlyOnceOut()) return;
    this.#wake(after(this.#refusedSince, this.#options.attemptMax));
  }

  #wake(at: Instant): void {
    if (at !== never) this.#wakeAt = earlier(this.#wakeAt, at);
  }

  #reckon(): void {
    this.#wakeAt = null;
    for (const job of this.#free) this.#reckonJob(job, true);
    for (const [place, job] of this.#numbered.entries()) {
      this.#reckonJob(job, place === 0 && this.#session !== 0);
    }
    if (this.#connected) this.#wakeToReconnect();
  }

  #reckonJob(job: Job, mayBeSent: boolean): void {
    if (!job.told) this.#wake(job.givenUpAt);
    if (!this.#connected) return;
    if (job.attempt !== null) this.#wake(after(job.attempt.sentAt, patience(job)));
    else if (mayBeSent) this.#wake(job.notBefore);
  }
}
