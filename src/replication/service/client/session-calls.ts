/** A client's session: opening, keeping alive, jeopardy, and its end. */
import type { Duration, Instant } from "../../../kernel/time.js";
import { type ClientCall, refusedBy, type SessionLoss } from "./calls.js";
import type { Desk, SessionState } from "./desk.js";
import { type Job, never } from "./job.js";
import type { LockCalls } from "./lock-calls.js";
import type { Settled } from "./requests.js";
import { type BeliefOptions, SessionBelief } from "./session-belief.js";

const nothingDone: readonly Settled[] = [];

export class SessionCalls {
  readonly #desk: Desk;
  readonly #locks: LockCalls;
  readonly #options: BeliefOptions;
  #keepAlive: Job | null = null;
  /** Where it stood before a session was being opened. */
  #before: SessionState = { kind: "none" };

  constructor(desk: Desk, locks: LockCalls, options: BeliefOptions) {
    this.#desk = desk;
    this.#locks = locks;
    this.#options = options;
  }

  onOpen(
    now: Instant,
    call: number,
    what: Extract<ClientCall, { kind: "open-session" }>,
    givenUpAt: Instant,
  ): void {
    const { session } = this.#desk;
    if (session.kind !== "none" && session.kind !== "lost") {
      this.#desk.tell(call, refusedBy("wrong-call", `a session is ${session.kind} already`));
      return;
    }
    this.#before = session;
    this.#desk.session = { kind: "opening" };
    const { lease } = what;
    const draft = { kind: "command", numbered: false, command: what } as const;
    this.#desk.send(now, { kind: "open", call, lease }, draft, givenUpAt);
  }

  /** @returns what has come to nothing, because no session was opened */
  onOpened(now: Instant, settled: Settled, call: number, lease: Duration): readonly Settled[] {
    const { outcome, attempt } = settled;
    this.#desk.tell(call, outcome);
    if (outcome.kind !== "applied" || !outcome.result.ok || outcome.result.kind !== "session") {
      this.#desk.session = this.#before;
      return this.#desk.requests.endSession();
    }
    const { session } = outcome.result;
    const belief = new SessionBelief(session, lease, attempt?.sentAt ?? now, this.#options);
    this.#desk.session = { kind: "open", belief };
    this.#desk.emit({ kind: "session-opened", session, until: belief.until });
    this.#desk.requests.beginSession(now, session);
    return nothingDone;
  }

  onClose(now: Instant, call: number, givenUpAt: Instant): void {
    const { session } = this.#desk;
    if (session.kind !== "open") {
      this.#desk.tell(
        call,
        refusedBy("not-in-session", `there is none open: it is ${session.kind}`),
      );
      return;
    }
    this.#locks.loseAll(now);
    this.#desk.session = { kind: "closing", belief: session.belief };
    this.#desk.sendNumbered(now, { kind: "close", call }, { kind: "close-session" }, givenUpAt);
  }

  /** @returns what has come to nothing with the session */
  onClosed(now: Instant, settled: Settled, call: number): readonly Settled[] {
    if (!settled.late) this.#desk.tell(call, settled.outcome);
    // Unknown: its result is still waited for, and the session kept alive for that.
    if (settled.outcome.kind === "unknown" && !settled.late) return nothingDone;
    return this.lose(now, "closed");
  }

  /** @returns what has come to nothing with the session */
  onKeptAlive(now: Instant, settled: Settled): readonly Settled[] {
    this.#keepAlive = null;
    const { belief } = this.#desk;
    const { outcome, attempt } = settled;
    if (belief === null || attempt === null) return nothingDone;
    if (outcome.kind === "refused" && outcome.reason === "no-session") {
      return this.lose(now, "ended");
    }
    if (outcome.kind === "ok" && belief.kept(now, attempt.sentAt)) {
      this.#desk.emit({ kind: "session-kept", until: belief.until });
    }
    return nothingDone;
  }

  /** What time alone decides, before anything else is done. */
  onTime(now: Instant): readonly Settled[] {
    const { belief } = this.#desk;
    if (belief === null) return nothingDone;
    if (belief.fallsInto(now)) this.#desk.emit({ kind: "session-in-jeopardy" });
    if (belief.isLost(now)) return this.lose(now, "not-heard");
    if (this.#keepAlive !== null || now < belief.keepAliveAt) return nothingDone;
    belief.asked(now);
    const draft = { kind: "keep-alive", session: belief.session } as const;
    const purpose = { kind: "keep-alive" } as const;
    this.#keepAlive = this.#desk.send(now, purpose, draft, never, belief.keepAliveMax);
    return nothingDone;
  }

  deadline(): Instant | null {
    const { belief } = this.#desk;
    if (belief === null) return null;
    const end = belief.inJeopardy ? belief.lostAt : belief.until;
    if (this.#keepAlive !== null || belief.keepAliveAt > end) return end;
    return belief.keepAliveAt;
  }

  /** @returns what has come to nothing with it */
  lose(now: Instant, reason: SessionLoss): readonly Settled[] {
    if (this.#desk.belief === null) return nothingDone;
    this.#locks.loseAll(now);
    this.#desk.session = { kind: reason === "closed" ? "none" : "lost" };
    this.#desk.emit({ kind: "session-lost", reason });
    if (this.#keepAlive !== null) this.#desk.requests.drop(this.#keepAlive);
    this.#keepAlive = null;
    return this.#desk.requests.endSession();
  }
}
