/**
 * The right to drive the outputs, held by one replica at a time: a lock in the replicated state.
 *
 * A replica that may drive watches the lock. When it is free, the replica whose turn it is opens
 * a session with the service, takes the lock, and keeps the session alive. The leader lets the
 * session of one that it has not heard for its lease expire, and the lock is free again. So the
 * order in which replicas have the right is the order of the log, and the lock's token (its
 * entry's index) says to a board which of two is newer (Burrows 2006, sections 2.4 and 2.8).
 *
 * Only the holder has a session: keeping one costs a round of messages of the whole group each
 * time, and one that waits has nothing to keep.
 *
 * That the belief here ends before another can get the lock is the work of the session: a
 * keep-alive is answered only after a majority has confirmed that the leader leads, the leader
 * counts the lease from its receipt, and the client less, from the sending (see
 * src/replication/service/client). What follows the belief is ours: when it ends, whatever the step
 * is about, `lost` comes first.
 *
 * Invariants: `acquired` and `lost` take turns. A step at or after `until` tells `lost` before it
 * does anything else. No request by which another gets the right goes out before `lost`.
 */
import { assert, unreachable } from "../../kernel/assert.js";
import { type NodeId, parseNodeId } from "../../kernel/ids.js";
import { type Machine, type Timeout, timeout } from "../../kernel/machine.js";
import { after, type Duration, due, earlier, type Instant, micros } from "../../kernel/time.js";
import type {
  CallOutcome,
  ClientCall,
  ServiceClientInput,
  ServiceClientOutput,
} from "../../replication/service/client/calls.js";
import { ServiceClient } from "../../replication/service/client/service-client.js";
import type { LockView } from "../../replication/service/ports.js";
import { Backoff } from "./backoff.js";
import { Calls, type Purpose } from "./calls.js";
import {
  backoffOptions,
  callWithin,
  clientOptions,
  type RightOptions,
  waitWithin,
} from "./options.js";
import {
  driveLock,
  type GiveUpReason,
  type RightInput,
  type RightLossReason,
  type RightOutput,
  type RightView,
} from "./ports.js";
import { Turn } from "./turn.js";

/** The session as far as it was told: while it is in jeopardy nothing is driven by it. */
type Session =
  | { readonly kind: "none" | "closing" }
  | { readonly kind: "open"; readonly sure: boolean; readonly until: Instant };

export class Right implements Machine<RightInput, RightOutput> {
  readonly #options: RightOptions;
  readonly #client: ServiceClient;
  readonly #calls = new Calls();
  readonly #backoff: Backoff;
  #session: Session = { kind: "none" };
  /** Of the lock while it is ours, as far as was told. */
  #token: number | null = null;
  /** What was told and not taken back. */
  #driving: { readonly token: number; readonly until: Instant } | null = null;
  #eligible = false;
  /** Given up: it is not asked for before this. */
  #pausedUntil: Instant | null = null;
  /** Late once: it keeps the lock, and does not drive before this. */
  #heldBackUntil: Instant | null = null;
  /** Lost more than once of late: no session is opened before this. */
  #closedUntil: Instant | null = null;
  #lock: LockView = { lock: driveLock, holder: null, token: 0, waiting: 0, delayed: false };
  #lockAt = 0;
  readonly #turn: Turn;
  #connected = false;
  /** What it is now was asked for since the watch of it began. */
  #looked = false;
  #againAt: Instant | null = null;
  #outputs: RightOutput[] = [];

  constructor(options: RightOptions) {
    this.#options = options;
    this.#client = new ServiceClient(clientOptions(options));
    this.#backoff = new Backoff(backoffOptions(options));
    this.#turn = new Turn(options.self, options.nodes, options.pause);
  }

  step(now: Instant, input: RightInput | Timeout): readonly RightOutput[] {
    this.#outputs = [];
    if (this.#driving !== null && now >= this.#driving.until) this.#lose("expired");
    if (due(this.#pausedUntil, now)) this.#pausedUntil = null;
    if (due(this.#closedUntil, now)) this.#closedUntil = null;
    this.#turn.step(now);
    if (!this.#connected) this.#connect(now);
    if (due(this.#client.deadline(), now)) this.#feed(now, timeout);
    if (due(this.#heldBackUntil, now)) this.#goOn();
    this.#take(now, input);
    this.#settle(now);
    this.#againAt = this.#calls.againAt(now);
    assert(!due(this.#driving?.until ?? null, now), "driving beyond the end of the right");
    return this.#outputs;
  }

  deadline(): Instant | null {
    const pauses = earlier(this.#pausedUntil, earlier(this.#heldBackUntil, this.#closedUntil));
    const waits = earlier(pauses, this.#turn.deadline());
    const ends = earlier(this.#driving?.until ?? null, waits);
    return earlier(earlier(ends, this.#againAt), this.#client.deadline());
  }

  holder(): RightView {
    const driving = this.#driving;
    if (driving !== null) return { self: true, holder: this.#options.self, ...driving };
    return { self: false, holder: holderOf(this.#lock), token: this.#lock.token, until: null };
  }

  #take(now: Instant, input: RightInput | Timeout): void {
    switch (input.kind) {
      case "reply":
        this.#feed(now, input);
        break;
      case "eligible":
        this.#eligible = input.eligible;
        if (!input.eligible) this.#letGo(now, "released");
        break;
      case "give-up":
        if (input.reason === "late") this.#wasLate(now);
        else this.#giveUp(now, input.reason, this.#options.pause);
        break;
      case "timeout":
        break;
      default:
        unreachable(input);
    }
  }

  /** Asks for what is missing, and takes back what is too much. */
  #settle(now: Instant): void {
    this.#watch(now);
    const session = this.#session;
    if (session.kind === "open") {
      if (!this.#wants) this.#close(now);
      else if (this.#token === null && session.sure) this.#acquire(now);
    } else if (session.kind === "none" && this.#wants && this.#mayOpen) {
      this.#open(now);
    }
  }

  /** Whoever was in its way may be what it was itself, before its process was started again. */
  get #wants(): boolean {
    const holder = holderOf(this.#lock);
    return this.#mayAsk && (this.#token !== null || holder === null || this.#isOwn(holder));
  }

  get #mayOpen(): boolean {
    return this.#looked && this.#closedUntil === null && this.#turn.hasCome;
  }

  #isOwn(holder: NodeId): boolean {
    return holder === this.#options.self;
  }

  #connect(now: Instant): void {
    this.#connected = true;
    this.#feed(now, { kind: "connected" });
  }

  #open(now: Instant): void {
    const { self: name, lease } = this.#options;
    this.#call(now, "session", { kind: "open-session", name, lease });
  }

  #acquire(now: Instant): void {
    const wish = { lock: driveLock, wait: true, lockDelay: noDelay } as const;
    this.#call(now, "lock", { kind: "acquire", ...wish }, waitWithin);
  }

  /** With the session goes all that it holds and waits for. */
  #close(now: Instant): void {
    assert(this.#driving === null, "the right is let go while it is used");
    if (this.#calls.stands("close")) return;
    this.#call(now, "close", { kind: "close-session" });
    if (this.#calls.stands("close") && this.#session.kind === "open") {
      this.#session = { kind: "closing" };
    }
  }

  /** Sees who has the right: what it is now, and then every change. */
  #watch(now: Instant): void {
    const lock = { kind: "lock", lock: driveLock } as const;
    if (!this.#calls.stands("watch")) {
      this.#looked = false;
      this.#call(now, "watch", { kind: "watch", target: lock, after: null }, waitWithin);
    }
    if (this.#looked) return;
    // What the own replica has, from which its watch goes on.
    this.#call(now, "look", { kind: "query", query: lock, freshness: "stale" });
  }

  #call(now: Instant, purpose: Purpose, what: ClientCall, within = callWithin): void {
    const call = this.#calls.begin(now, purpose);
    if (call !== null) this.#feed(now, { kind: "call", call, what, within });
  }

  #feed(now: Instant, input: ServiceClientInput | Timeout): void {
    for (const output of this.#client.step(now, input)) this.#carry(now, output);
  }

  #carry(now: Instant, output: ServiceClientOutput): void {
    switch (output.kind) {
      case "send":
        this.#outputs.push({ kind: "request", request: output.request });
        break;
      case "reconnect":
        // The replica is this process's own: there is no other to ask, but it may be asked again.
        this.#feed(now, { kind: "connected" });
        break;
      case "session-opened":
      case "session-kept":
        if (this.#session.kind === "closing") break;
        this.#session = { kind: "open", sure: true, until: output.until };
        this.#follow();
        break;
      case "session-in-jeopardy":
        this.#unsure();
        break;
      case "session-lost":
        this.#session = { kind: "none" };
        if (output.reason !== "closed") this.#waitToOpen(now);
        this.#follow("session-lost");
        break;
      case "lock-held":
        this.#token = output.token;
        this.#follow();
        break;
      case "lock-lost":
        this.#token = null;
        this.#follow("session-lost");
        break;
      case "outcome":
        this.#onOutcome(now, output.call, output.outcome);
        break;
      case "event":
        if (output.event.kind === "lock") this.#see(now, output.event.at, output.event.lock);
        break;
      case "watch-ended":
        this.#calls.settle(now, output.watch, false, this.#options.pause);
        break;
      default:
        unreachable(output);
    }
  }

  #onOutcome(now: Instant, call: number, outcome: CallOutcome): void {
    if (outcome.kind === "answered" && outcome.result.kind === "lock") {
      this.#see(now, outcome.at, outcome.result.lock);
    }
    const purpose = this.#calls.settle(now, call, wasDone(outcome), this.#options.pause);
    if (purpose === "look" && wasDone(outcome)) this.#looked = true;
  }

  /** Of two views the one of the later entry counts, whichever came first. */
  #see(now: Instant, at: number, lock: LockView): void {
    if (at < this.#lockAt) return;
    this.#lockAt = at;
    this.#lock = lock;
    this.#turn.see(now, holderOf(lock));
  }

  #unsure(): void {
    if (this.#session.kind === "open") this.#session = { ...this.#session, sure: false };
    this.#follow("expired");
  }

  /** Tells what has become of the right. */
  #follow(reason: RightLossReason = "expired"): void {
    const session = this.#session;
    const token = this.#token;
    if (session.kind !== "open" || !session.sure || token === null || !this.#mayDrive) {
      this.#lose(reason);
      return;
    }
    const { until } = session;
    const before = this.#driving;
    assert(before === null || before.token === token, "a right took another's place untold");
    if (before !== null && before.until === until) return;
    this.#driving = { token, until };
    this.#outputs.push({ kind: before === null ? "acquired" : "extended", token, until });
  }

  get #mayAsk(): boolean {
    return this.#eligible && this.#pausedUntil === null;
  }

  get #mayDrive(): boolean {
    return this.#mayAsk && this.#heldBackUntil === null;
  }

  /**
   * Who only waits for the right harms nobody by being late. Who has it stops, but what happens
   * once is not worth a change of hands: it goes on after a pause, if it is still in time then. A
   * second time, and the next in the queue does better.
   */
  #wasLate(now: Instant): void {
    if (this.#driving === null && this.#heldBackUntil === null) return;
    const wait = this.#backoff.lost(now);
    if (wait > 0) {
      this.#giveUp(now, "late", wait);
      return;
    }
    this.#heldBackUntil = after(now, this.#options.pause);
    this.#lose("late");
  }

  #goOn(): void {
    this.#heldBackUntil = null;
    this.#follow();
  }

  #giveUp(now: Instant, reason: GiveUpReason, pause: Duration): void {
    this.#heldBackUntil = null;
    this.#pausedUntil = after(now, pause);
    this.#letGo(now, reason);
  }

  #waitToOpen(now: Instant): void {
    const wait = this.#backoff.lost(now);
    if (wait > 0) this.#closedUntil = after(now, wait);
  }

  #letGo(now: Instant, reason: RightLossReason): void {
    this.#lose(reason);
    if (this.#session.kind === "open") this.#close(now);
  }

  #lose(reason: RightLossReason): void {
    if (this.#driving === null) return;
    this.#driving = null;
    this.#outputs.push({ kind: "lost", reason });
  }
}

/** A board refuses the old holder by its token, and its belief has ended: nothing to wait for. */
const noDelay = micros(0);

/** Sessions are named after their nodes. */
const holderOf = ({ holder }: LockView): NodeId | null =>
  holder === null ? null : parseNodeId(holder.name);

function wasDone(outcome: CallOutcome): boolean {
  switch (outcome.kind) {
    case "ok":
    case "answered":
      return true;
    case "applied":
      return outcome.result.ok;
    case "refused":
    case "unknown":
      return false;
    default:
      return unreachable(outcome);
  }
}
