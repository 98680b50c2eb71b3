/**
 * The locks of a client: those that it holds, those that it waits for, and those that it may have
 * got though nobody wants them any more, which are given back.
 */
import { type Instant, micros } from "../../../kernel/time.js";
import type { LockView } from "../ports.js";
import { type CallOutcome, type ClientCall, refusedBy } from "./calls.js";
import { newWatch } from "./client-watches.js";
import type { Desk } from "./desk.js";
import { type LockWant, never } from "./job.js";
import type { Settled } from "./requests.js";
import { tooManyWatches, type WatchCalls } from "./watch-calls.js";

const noDelay = micros(0);

export class LockCalls {
  readonly #desk: Desk;
  readonly #watches: WatchCalls;
  readonly #tokens = new Map<string, number>();
  /** Acquires that have no outcome yet, by lock. */
  readonly #wanted = new Map<string, LockWant>();
  /** Those of them that stand in the lock's queue. */
  readonly #queued = new Map<string, LockWant>();
  /** Locks that an acquire which was given up may have got, while another call wants them. */
  readonly #leftOver = new Set<string>();

  constructor(desk: Desk, watches: WatchCalls) {
    this.#desk = desk;
    this.#watches = watches;
  }

  get waiting(): ReadonlyMap<string, LockWant> {
    return this.#queued;
  }

  token(lock: string): number | null {
    return this.#tokens.get(lock) ?? null;
  }

  onAcquire(now: Instant, want: LockWant): void {
    const refusal = this.#desk.sessionRefusal;
    if (refusal !== null) {
      this.#desk.tell(want.call, refusal);
      return;
    }
    const token = this.#tokens.get(want.lock);
    if (token !== undefined) {
      // Not asked again: a release behind it would end what this call was just told to hold.
      this.#desk.tell(want.call, heldSince(token, token));
      return;
    }
    if (this.#wanted.has(want.lock)) {
      const detail = `another call of this client asks for ${want.lock} already`;
      this.#desk.tell(want.call, refusedBy("wrong-call", detail));
      return;
    }
    this.#wanted.set(want.lock, want);
    this.#ask(now, want);
  }

  onRelease(
    now: Instant,
    call: number,
    what: Extract<ClientCall, { kind: "release" }>,
    givenUpAt: Instant,
  ): void {
    const { lock } = what;
    const queued = this.#queued.get(lock);
    const token = this.#tokens.get(lock);
    if (token !== undefined) {
      this.#lose(lock, token);
      const command = { kind: "release", lock, token } as const;
      this.#desk.sendNumbered(now, { kind: "release", call }, command, givenUpAt);
      return;
    }
    if (queued === undefined) {
      this.#desk.tell(call, refusedBy("not-held", `${lock} is neither held nor waited for`));
      return;
    }
    this.#leave(now, queued, refusedBy("cancelled", "it was released while it was waited for"));
    this.#desk.tell(call, { kind: "ok", detail: null });
  }

  /** Whoever waited too long is told so, and leaves the queue. */
  onTime(now: Instant): void {
    for (const want of [...this.#queued.values()]) {
      if (want.givenUpAt <= now) this.#leave(now, want, waitedTooLong);
    }
  }

  onAcquired(now: Instant, settled: Settled, want: LockWant): void {
    const { outcome, late, job } = settled;
    if (outcome.kind !== "applied") {
      if (!late) this.#stop(now, want, outcome);
      return;
    }
    if (!late && this.#desk.session.kind !== "open") {
      this.#conclude(want, sessionLost);
      return;
    }
    if (!outcome.result.ok) {
      if (!late) this.#stop(now, want, outcome);
      return;
    }
    const { result } = outcome;
    if (result.kind === "queued") want.entered = true;
    if (result.kind === "held") {
      if (late) this.#giveBack(now, want.lock, result.token);
      else this.#hold(want, result.token, outcome);
    } else if (late) {
      this.#leaveQueue(now, want.lock);
    } else {
      // The answer may be that of an earlier sending, and the lock have been passed on to us since,
      // by an entry before the one that we are told of.
      this.#queue(now, want, job.doubtful ? job.sentAfter : outcome.at);
    }
  }

  /** A lock that is waited for has changed hands. */
  onEvent(now: Instant, lock: string, view: LockView, at: number): void {
    const want = this.#queued.get(lock);
    if (want === undefined || view.holder?.session !== this.#desk.belief?.session) return;
    this.#watches.end(now, want.call);
    const { token } = view;
    this.#hold(want, token, heldSince(at, token));
  }

  /** What a lock did could not be seen: asking for it once more tells how it stands. */
  onWatchEnded(now: Instant, lock: string): void {
    const want = this.#queued.get(lock);
    if (want === undefined) return;
    this.#queued.delete(lock);
    this.#ask(now, want);
  }

  /** The answer to leaving the queue: who is not in it may hold the lock. */
  onLeft(now: Instant, settled: Settled, lock: string): void {
    const { outcome } = settled;
    if (outcome.kind !== "applied" || outcome.result.ok) return;
    if (outcome.result.reason !== "not-holder" || !this.#isUnwanted(lock)) return;
    const command = { kind: "acquire", lock, wait: false, lockDelay: noDelay } as const;
    this.#desk.sendNumbered(now, { kind: "give-back", lock }, command, never);
  }

  onGiveBack(now: Instant, settled: Settled, lock: string): void {
    const { outcome } = settled;
    if (outcome.kind !== "applied" || !outcome.result.ok) return;
    if (outcome.result.kind === "held") this.#giveBack(now, lock, outcome.result.token);
  }

  /** The session is over, or is about to be closed: nothing is held, nothing waited for. */
  loseAll(now: Instant): void {
    this.#leftOver.clear();
    for (const [lock, token] of [...this.#tokens]) this.#lose(lock, token);
    for (const want of [...this.#queued.values()]) {
      this.#watches.end(now, want.call);
      this.#conclude(want, sessionLost);
    }
  }

  #ask(now: Instant, want: LockWant): void {
    const { lock, wait, lockDelay, givenUpAt } = want;
    const command = { kind: "acquire", lock, wait, lockDelay } as const;
    this.#desk.sendNumbered(now, { kind: "acquire", want }, command, givenUpAt);
  }

  #queue(now: Instant, want: LockWant, at: number): void {
    const { call, lock } = want;
    this.#queued.set(lock, want);
    const watch = newWatch(call, { kind: "waiting", lock }, { kind: "lock", lock }, at);
    if (!this.#watches.begin(now, watch, never)) this.#leave(now, want, tooManyWatches);
  }

  /** It was not got: at the first asking, or at another while it stood in the queue. */
  #stop(now: Instant, want: LockWant, outcome: CallOutcome): void {
    this.#conclude(want, want.entered ? waitedTooLong : outcome);
    if (want.entered || this.#leftOver.delete(want.lock)) this.#leaveQueue(now, want.lock);
  }

  #hold(want: LockWant, token: number, outcome: CallOutcome): void {
    const { lock } = want;
    this.#leftOver.delete(lock);
    if (this.#tokens.get(lock) !== token) {
      this.#tokens.set(lock, token);
      this.#desk.emit({ kind: "lock-held", lock, token });
    }
    this.#conclude(want, outcome);
  }

  #lose(lock: string, token: number): void {
    this.#tokens.delete(lock);
    this.#desk.emit({ kind: "lock-lost", lock, token });
  }

  #conclude(want: LockWant, outcome: CallOutcome): void {
    this.#wanted.delete(want.lock);
    this.#queued.delete(want.lock);
    this.#desk.tell(want.call, outcome);
  }

  #leave(now: Instant, want: LockWant, outcome: CallOutcome): void {
    this.#watches.end(now, want.call);
    this.#conclude(want, outcome);
    this.#leaveQueue(now, want.lock);
  }

  #leaveQueue(now: Instant, lock: string): void {
    if (!this.#isUnwanted(lock)) return;
    const command = { kind: "release", lock, token: 0 } as const;
    this.#desk.sendNumbered(now, { kind: "leave", lock }, command, never);
  }

  #giveBack(now: Instant, lock: string, token: number): void {
    if (!this.#isUnwanted(lock)) return;
    const command = { kind: "release", lock, token } as const;
    this.#desk.sendNumbered(now, { kind: "none" }, command, never);
  }

  /**
   * Whether it is to be given back now. While another call wants it, it is not: that call gets it,
   * or, should it come to nothing before it was sent, what was left over is given back then.
   */
  #isUnwanted(lock: string): boolean {
    if (this.#wanted.has(lock)) this.#leftOver.add(lock);
    if (this.#wanted.has(lock) || this.#tokens.has(lock)) return false;
    return this.#desk.session.kind === "open";
  }
}

const heldSince = (at: number, token: number): CallOutcome => ({
  kind: "applied",
  at,
  result: { ok: true, kind: "held", token },
});

const givenBack = "should the lock be got after all, it is given back";
const waitedTooLong: CallOutcome = {
  kind: "unknown",
  detail: `the time to wait is over; ${givenBack}`,
};
const sessionLost: CallOutcome = {
  kind: "unknown",
  detail: "the session has ended while the lock was waited for",
};
