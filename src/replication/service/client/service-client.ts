/**
 * The client of the service, as a machine: calls go in, and each has exactly one outcome, whatever
 * becomes of connections, leaders and replicas. Live it sits on a socket; in the simulation it is
 * the simulated clients; in a node it holds the right to drive.
 *
 * Invariants: a step at or after `until` tells `session-in-jeopardy` before anything else. A lock
 * is told as held only while the session is open, and as lost before anything goes out by which
 * another could get it.
 */
import { unreachable } from "../../../kernel/assert.js";
import type { Machine, Timeout } from "../../../kernel/machine.js";
import { Prng } from "../../../kernel/prng.js";
import {
  after,
  type Duration,
  earlier,
  type Instant,
  millis,
  seconds,
} from "../../../kernel/time.js";
import type { ClientReply } from "../ports.js";
import {
  type ClientCall,
  type DataCommand,
  refusedBy,
  type ServiceClientInput,
  type ServiceClientOutput,
} from "./calls.js";
import { type ClientWatch, newWatch } from "./client-watches.js";
import { Desk } from "./desk.js";
import { LockCalls } from "./lock-calls.js";
import { Requests, type Settled } from "./requests.js";
import { SessionCalls } from "./session-calls.js";
import { tooManyWatches, WatchCalls } from "./watch-calls.js";

/** Calls without an outcome; one more is refused. */
export const callsMax = 4_096;

export interface ServiceClientOptions {
  /** From 0 to 2^53 - 1; for the pauses between attempts. */
  readonly seed: number;
  /** How far any clock's rate may be from that of true time. */
  readonly driftMaxPpm: number;
  /** Chubby waits 45 s after the end of a lease for a new leader (section 2.8). */
  readonly grace: Duration;
  /** How long a replica may not answer, or only refuse, before another is tried. */
  readonly attemptMax: Duration;
  readonly retryMin: Duration;
  readonly retryMax: Duration;
  /** It speaks to the replica of its own process: there is no other to try. */
  readonly oneReplica?: boolean;
}

export const serviceClientDefaults: Omit<ServiceClientOptions, "seed"> = {
  driftMaxPpm: 200,
  grace: seconds(45),
  attemptMax: seconds(1),
  retryMin: millis(10),
  retryMax: millis(500),
};

export class ServiceClient implements Machine<ServiceClientInput, ServiceClientOutput> {
  readonly #desk: Desk;
  readonly #watches: WatchCalls;
  readonly #locks: LockCalls;
  readonly #sessions: SessionCalls;

  constructor(options: ServiceClientOptions) {
    const prng = new Prng(options.seed).split("service-client");
    this.#desk = new Desk(new Requests(options, prng), options.attemptMax);
    this.#watches = new WatchCalls(this.#desk);
    this.#locks = new LockCalls(this.#desk, this.#watches);
    this.#sessions = new SessionCalls(this.#desk, this.#locks, options);
  }

  step(now: Instant, input: ServiceClientInput | Timeout): readonly ServiceClientOutput[] {
    this.#settleAll(now, this.#sessions.onTime(now));
    this.#take(now, input);
    this.#settleAll(now, this.#desk.requests.onTime(now));
    this.#locks.onTime(now);
    this.#settleAll(now, this.#sessions.onTime(now));
    return this.#desk.takeOutputs();
  }

  deadline(): Instant | null {
    let first = earlier(this.#desk.requests.deadline(), this.#sessions.deadline());
    for (const want of this.#locks.waiting.values()) first = earlier(first, want.givenUpAt);
    return first;
  }

  /** The token of a lock, and until when it is held for sure; null where it is not, at `now`. */
  held(now: Instant, lock: string): { readonly token: number; readonly until: Instant } | null {
    const token = this.#locks.token(lock);
    const { belief } = this.#desk;
    if (token === null || belief === null || now >= belief.until) return null;
    return { token, until: belief.until };
  }

  #take(now: Instant, input: ServiceClientInput | Timeout): void {
    switch (input.kind) {
      case "call":
        this.#onCall(now, input.call, input.what, after(now, input.within));
        break;
      case "connected":
        // Whatever was on its way before is not answered here.
        this.#onDisconnected(now);
        this.#desk.requests.onConnected(now);
        this.#watches.onConnected(now);
        break;
      case "disconnected":
        this.#onDisconnected(now);
        break;
      case "reply":
        this.#onReply(now, input.reply);
        break;
      case "timeout":
        break;
      default:
        unreachable(input);
    }
  }

  #onCall(now: Instant, call: number, what: ClientCall, givenUpAt: Instant): void {
    if (this.#desk.requests.count + this.#locks.waiting.size >= callsMax) {
      this.#desk.tell(call, refusedBy("too-many-calls", `${callsMax} calls have no outcome yet`));
      return;
    }
    switch (what.kind) {
      case "open-session":
        this.#sessions.onOpen(now, call, what, givenUpAt);
        break;
      case "close-session":
        this.#sessions.onClose(now, call, givenUpAt);
        break;
      case "command":
        this.#onCommand(now, call, what.command, givenUpAt);
        break;
      case "acquire": {
        const { lock, wait, lockDelay } = what;
        this.#locks.onAcquire(now, { call, lock, wait, lockDelay, givenUpAt, entered: false });
        break;
      }
      case "release":
        this.#locks.onRelease(now, call, what, givenUpAt);
        break;
      case "watch": {
        const watch = newWatch(call, { kind: "user" }, what.target, what.after);
        if (!this.#watches.begin(now, watch, givenUpAt)) this.#desk.tell(call, tooManyWatches);
        break;
      }
      case "unwatch":
        this.#watches.onUnwatch(now, call, what.watch);
        break;
      case "query":
      case "members":
      case "change-members":
      case "transfer":
        this.#desk.send(now, { kind: "call", call }, what, givenUpAt);
        break;
      default:
        unreachable(what);
    }
  }

  #onCommand(now: Instant, call: number, command: DataCommand, givenUpAt: Instant): void {
    const numbered = this.#desk.session.kind !== "none";
    const refusal = numbered ? this.#desk.sessionRefusal : null;
    if (refusal !== null) this.#desk.tell(call, refusal);
    else {
      this.#desk.send(
        now,
        { kind: "call", call },
        { kind: "command", numbered, command },
        givenUpAt,
      );
    }
  }

  #onDisconnected(now: Instant): void {
    this.#watches.onDisconnected();
    this.#settleAll(now, this.#desk.requests.onDisconnected());
  }

  #onReply(now: Instant, reply: ClientReply): void {
    if (reply.kind === "event") {
      const watch = this.#watches.onEvent(reply.watch, reply.event);
      if (watch !== null) this.#onEvent(now, watch, reply);
      return;
    }
    const settled = this.#desk.requests.onReply(now, reply);
    if (settled !== null) this.#settle(now, settled);
    else if (reply.kind === "refused") {
      const watch = this.#watches.onEnded(reply.id);
      if (watch !== null) this.#onWatchEnded(now, watch, reply.detail);
    }
  }

  #onEvent(now: Instant, watch: ClientWatch, reply: Extract<ClientReply, { kind: "event" }>): void {
    const { event } = reply;
    if (watch.owner.kind === "user") {
      this.#desk.emit({ kind: "event", watch: watch.call, event });
    } else if (event.kind === "lock") {
      this.#locks.onEvent(now, watch.owner.lock, event.lock, event.at);
    }
  }

  #onWatchEnded(now: Instant, watch: ClientWatch, detail: string): void {
    if (watch.owner.kind === "waiting") this.#locks.onWatchEnded(now, watch.owner.lock);
    else this.#desk.emit({ kind: "watch-ended", watch: watch.call, detail });
  }

  #settleAll(now: Instant, all: readonly Settled[]): void {
    for (const settled of all) this.#settle(now, settled);
  }

  #settle(now: Instant, settled: Settled): void {
    const { purpose } = settled.job;
    switch (purpose.kind) {
      case "call":
      case "release":
        if (!settled.late) this.#desk.tell(purpose.call, settled.outcome);
        break;
      case "open":
        this.#settleAll(now, this.#sessions.onOpened(now, settled, purpose.call, purpose.lease));
        break;
      case "close":
        this.#settleAll(now, this.#sessions.onClosed(now, settled, purpose.call));
        break;
      case "keep-alive":
        this.#settleAll(now, this.#sessions.onKeptAlive(now, settled));
        break;
      case "acquire":
        this.#locks.onAcquired(now, settled, purpose.want);
        break;
      case "give-back":
        this.#locks.onGiveBack(now, settled, purpose.lock);
        break;
      case "leave":
        this.#locks.onLeft(now, settled, purpose.lock);
        break;
      case "watch":
        this.#onWatchSettled(now, settled, purpose.watch);
        break;
      case "none":
        break;
      default:
        unreachable(purpose);
    }
    if (settled.noSession) this.#settleAll(now, this.#sessions.lose(now, "ended"));
  }

  #onWatchSettled(now: Instant, settled: Settled, call: number): void {
    const ended = this.#watches.onSettled(now, settled, call);
    if (ended === null) return;
    const { outcome } = settled;
    const detail = outcome.kind === "refused" ? outcome.detail : "it was not accepted";
    if (ended.begun || ended.owner.kind === "waiting") this.#onWatchEnded(now, ended, detail);
    else this.#desk.tell(call, outcome);
  }
}
