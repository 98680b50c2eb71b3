/**
 * The leader's clock work: when each session was last heard, which of them are over, and which
 * lock-delays are. It is in memory only. A new leader knows nothing of before, and so gives every
 * session its whole lease, and every lock its whole delay, once more from the moment at which it
 * began (Burrows 2006, section 2.9: a fail-over extends leases; it never shortens one).
 *
 * What it says is a proposal. The session ends, on all replicas, where `expire-session` stands in
 * the log. Once it was proposed here the session is answered as ended, also should its client be
 * heard again: an `ok` after it would be a promise that the log already breaks.
 *
 * The holder's belief ends first, if two things are kept by the owner of this machine:
 * - it is made only once an entry of its own term was applied, so that no `expire-session`
 *   of a leader before can still be ahead of it;
 * - it answers a keep-alive only after a majority has confirmed, since the keep-alive came, that it
 *   leads (as for a ReadIndex read). A leader that was deposed without knowing would otherwise keep
 *   a holder in its belief while another leader counts the session's lease to its end.
 * Then a session that was answered `ok` lives on every later leader at least its lease from the
 * receipt of the keep-alive, and its client counts less, from the sending (see held-lock.ts).
 */
import { after, type Duration, due, earlier, type Instant, seconds } from "../../kernel/time.js";
import type { LeaderCommand } from "./ports.js";

/** What is timed; `Service` is one. */
export interface Timed {
  readonly timedChanges: number;
  readonly openSessions: ReadonlyMap<number, { readonly lease: Duration }>;
  lockDelays(): readonly {
    readonly lock: string;
    readonly token: number;
    readonly delay: Duration;
  }[];
}

/**
 * A proposal that has not come to pass is told again: it may have been refused, or lost with a full
 * queue. Applied twice it does nothing.
 */
const repeatAfter = seconds(2);

interface SessionLease {
  readonly lease: Duration;
  /** When it is over; once it is, when that is told again. */
  endsAt: Instant;
  over: boolean;
}

interface DelayLease {
  readonly token: number;
  /** When it is over, or when that is told again. */
  endsAt: Instant;
}

export class Leases {
  readonly #timed: Timed;
  readonly #sessions = new Map<number, SessionLease>();
  readonly #delays = new Map<string, DelayLease>();
  #seen = -1;
  #deadline: Instant | null = null;

  /** A new one for each term in which this replica leads. */
  constructor(now: Instant, timed: Timed) {
    this.#timed = timed;
    this.sync(now);
  }

  /** To be called after entries were applied: what is new is counted from `now`. */
  sync(now: Instant): void {
    if (this.#seen === this.#timed.timedChanges) return;
    this.#seen = this.#timed.timedChanges;
    this.#syncSessions(now);
    this.#syncDelays(now);
    this.#reckon();
  }

  /**
   * The session's client was heard: a keep-alive of it came, or a command.
   *
   * @returns false where the session has ended, or is over and about to
   */
  heard(now: Instant, session: number): boolean {
    const lease = this.#sessions.get(session);
    if (lease === undefined || lease.over || lease.endsAt <= now) return false;
    // The deadline may now be too early. That costs one needless wake, and saves a search here.
    lease.endsAt = after(now, lease.lease);
    return true;
  }

  /** What is over at `now`, to be proposed; told again after `repeatAfter` until it is applied. */
  over(now: Instant): LeaderCommand[] {
    if (!due(this.#deadline, now)) return [];
    const commands: LeaderCommand[] = [];
    for (const [session, lease] of this.#sessions) {
      if (lease.endsAt > now) continue;
      lease.over = true;
      lease.endsAt = after(now, repeatAfter);
      commands.push({ kind: "expire-session", session });
    }
    for (const [lock, delay] of this.#delays) {
      if (delay.endsAt > now) continue;
      delay.endsAt = after(now, repeatAfter);
      commands.push({ kind: "end-lock-delay", lock, token: delay.token });
    }
    this.#reckon();
    return commands;
  }

  /** When to ask for `over`. */
  deadline(): Instant | null {
    return this.#deadline;
  }

  #syncSessions(now: Instant): void {
    const open = this.#timed.openSessions;
    for (const session of this.#sessions.keys()) {
      if (!open.has(session)) this.#sessions.delete(session);
    }
    for (const [session, { lease }] of open) {
      if (this.#sessions.has(session)) continue;
      this.#sessions.set(session, { lease, endsAt: after(now, lease), over: false });
    }
  }

  #syncDelays(now: Instant): void {
    const known = new Map(this.#delays);
    this.#delays.clear();
    for (const { lock, token, delay } of this.#timed.lockDelays()) {
      const old = known.get(lock);
      const same = old !== undefined && old.token === token;
      this.#delays.set(lock, same ? old : { token, endsAt: after(now, delay) });
    }
  }

  #reckon(): void {
    this.#deadline = null;
    for (const lease of this.#sessions.values()) {
      this.#deadline = earlier(this.#deadline, lease.endsAt);
    }
    for (const delay of this.#delays.values()) {
      this.#deadline = earlier(this.#deadline, delay.endsAt);
    }
  }
}
