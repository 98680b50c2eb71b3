/**
 * A program's client of the replicated state: the client machine with clock and connection around
 * it, and promises in front. What the machine decides (what is sent again, when a session is in
 * doubt) stands in src/replication/service/client; here each call gets its number, and its outcome
 * its promise.
 */
import { unreachable } from "../../kernel/assert.js";
import type { Machine } from "../../kernel/machine.js";
import { type Duration, type Instant, seconds } from "../../kernel/time.js";
import type {
  CallOutcome,
  ClientCall,
  ServiceClientInput,
  ServiceClientOutput,
} from "../../replication/service/client/calls.js";
import type { WatchTarget } from "../../replication/service/ports.js";
import { parseReply } from "../../replication/service/reply-bodies.js";
import { encodeRequest } from "../../replication/service/request-bodies.js";
import { MachineLoop } from "../machine-loop.js";
import { MonotonicClock } from "../monotonic-clock.js";
import { StateRefusal } from "./client-ports.js";
import { EventQueue } from "./event-queue.js";
import { ReplicaLine } from "./replica-line.js";
import type { LostReason } from "./state-connection.js";

export interface LiveClientOptions {
  readonly paths: readonly string[];
  readonly makeMachine: () => Machine<ServiceClientInput, ServiceClientOutput>;
  readonly timeout: Duration;
  /** Opened by `inSession` when it is needed first, and again after it was lost. */
  readonly session: { readonly name: string; readonly lease: Duration };
}

interface Call {
  readonly resolve: (outcome: CallOutcome) => void;
  readonly reject: (error: StateRefusal) => void;
}

/** A session that is closed has so long to be gone; then its lease ends it. */
const closeMax = seconds(2);

export class LiveClient {
  readonly #options: LiveClientOptions;
  readonly #clock = new MonotonicClock();
  readonly #loop: MachineLoop<ServiceClientInput, ServiceClientOutput>;
  readonly #line: ReplicaLine;
  readonly #calls = new Map<number, Call>();
  readonly #watches = new Map<number, EventQueue>();
  /** By lock, of those that are held: aborted when that is in doubt. */
  readonly #held = new Map<string, AbortController>();
  /** Of the locks that are held, as far as the machine knows. */
  readonly #tokens = new Map<string, number>();
  readonly #up: Promise<void>;
  #session: Promise<void> | null = null;
  #sureUntil: Instant | null = null;
  #lastCall = 0;
  #closed: StateRefusal | null = null;

  private constructor(options: LiveClientOptions) {
    this.#options = options;
    const machine = options.makeMachine();
    this.#loop = new MachineLoop<ServiceClientInput, ServiceClientOutput>({
      clock: this.#clock,
      machine,
      carry: (output) => this.#carry(output),
      answers: () => undefined,
      recorder: null,
      onStop: () => undefined,
      onFailure: ({ error }) => this.#end(new StateRefusal("closed", String(error))),
    });
    let onUp: () => void = () => undefined;
    let onNobody: (error: StateRefusal) => void = () => undefined;
    this.#up = new Promise((resolve, reject) => {
      [onUp, onNobody] = [resolve, reject];
    });
    this.#line = new ReplicaLine({
      paths: options.paths,
      onUp: () => {
        onUp();
        this.#loop.offer({ kind: "connected" });
      },
      onDown: () => this.#loop.offer({ kind: "disconnected" }),
      onReplies: (bodies) => this.#hear(bodies),
      onNobody: (reason) => onNobody(nobody(reason, options.paths)),
    });
    this.#loop.start();
  }

  /** Rejects with a `StateRefusal` where none of the replicas listens. */
  static async open(options: LiveClientOptions): Promise<LiveClient> {
    const client = new LiveClient(options);
    try {
      await client.#up;
    } catch (error) {
      client.leave();
      throw error;
    }
    return client;
  }

  /** Rejects with a `StateRefusal` unless it was answered, or applied to an effect. */
  async call(what: ClientCall, within: Duration = this.#options.timeout) {
    return refuseOrGive(await this.#outcomeOf(what, within));
  }

  /** The same within the session of this client, which is opened where none is. */
  async callInSession(what: ClientCall, within: Duration = this.#options.timeout) {
    await this.#inSession();
    return this.call(what, within);
  }

  watch(target: WatchTarget, after: number | null): EventQueue {
    const call = this.#nextCall();
    const queue = new EventQueue(() => {
      this.#watches.delete(call);
      this.#offer(this.#nextCall(), { kind: "unwatch", watch: call }, this.#options.timeout);
    });
    this.#watches.set(call, queue);
    this.#settled(call, { kind: "watch", target, after }, this.#options.timeout).then(
      (outcome) => {
        const error = refusalOf(outcome);
        if (error !== null) this.#endWatch(call, error);
      },
      (error: StateRefusal) => this.#endWatch(call, error),
    );
    return queue;
  }

  /** Of a lock that was just acquired: aborted at the first doubt whether it is still held. */
  doubtOf(lock: string): AbortSignal {
    if (!this.isSure()) return AbortSignal.abort();
    const controller = this.#held.get(lock) ?? new AbortController();
    this.#held.set(lock, controller);
    return controller.signal;
  }

  /** Rejects as `not-held` where the lock was lost since, though it may be held anew. */
  async release(lock: string, token: number): Promise<void> {
    if (this.#tokens.get(lock) !== token) {
      throw new StateRefusal("not-held", `${lock} is not held by token ${token} any more`);
    }
    await this.call({ kind: "release", lock });
  }

  /** Whether the session lives for sure, at this moment. */
  isSure(): boolean {
    return this.#sureUntil !== null && this.#clock.now() < this.#sureUntil;
  }

  async close(): Promise<void> {
    if (this.#closed !== null) return;
    if (this.#session !== null) {
      await this.#outcomeOf({ kind: "close-session" }, closeMax).catch(() => undefined);
    }
    this.leave();
  }

  /** Without a word: the session lives on until its lease is over. */
  leave(): void {
    this.#end(new StateRefusal("closed", "the client was closed"));
  }

  async #inSession(): Promise<void> {
    const { name, lease } = this.#options.session;
    this.#session ??= this.call({ kind: "open-session", name, lease }).then(
      () => undefined,
      (error: unknown) => {
        this.#session = null;
        throw error;
      },
    );
    await this.#session;
  }

  #outcomeOf(what: ClientCall, within: Duration): Promise<CallOutcome> {
    return this.#settled(this.#nextCall(), what, within);
  }

  #settled(call: number, what: ClientCall, within: Duration): Promise<CallOutcome> {
    return new Promise((resolve, reject) => {
      if (this.#closed !== null) {
        reject(this.#closed);
        return;
      }
      this.#calls.set(call, { resolve, reject });
      this.#offer(call, what, within);
    });
  }

  #offer(call: number, what: ClientCall, within: Duration): void {
    this.#loop.offer({ kind: "call", call, what, within });
  }

  #nextCall(): number {
    this.#lastCall += 1;
    return this.#lastCall;
  }

  #hear(bodies: readonly unknown[]): boolean {
    for (const body of bodies) {
      const reply = parseReply(body);
      if (reply === null) {
        this.#loop.offer({ kind: "disconnected" });
        this.#line.next();
        return false;
      }
      this.#loop.offer({ kind: "reply", reply });
    }
    return true;
  }

  #carry(output: ServiceClientOutput): void {
    switch (output.kind) {
      case "send":
        this.#line.send(encodeRequest(output.request));
        break;
      case "reconnect":
        this.#line.next();
        break;
      case "outcome":
        this.#calls.get(output.call)?.resolve(output.outcome);
        this.#calls.delete(output.call);
        break;
      case "event":
        this.#watches.get(output.watch)?.push(output.event);
        break;
      case "watch-ended":
        this.#endWatch(output.watch, new StateRefusal("compacted", output.detail));
        break;
      case "session-opened":
      case "session-kept":
        this.#sureUntil = output.until;
        break;
      case "session-in-jeopardy":
        this.#doubt();
        break;
      case "session-lost":
        this.#session = null;
        this.#doubt();
        break;
      case "lock-held":
        this.#tokens.set(output.lock, output.token);
        break;
      case "lock-lost":
        this.#tokens.delete(output.lock);
        this.#doubtOf(output.lock);
        break;
      default:
        unreachable(output);
    }
  }

  #doubt(): void {
    this.#sureUntil = null;
    for (const lock of [...this.#held.keys()]) this.#doubtOf(lock);
  }

  #doubtOf(lock: string): void {
    const controller = this.#held.get(lock);
    this.#held.delete(lock);
    controller?.abort();
  }

  #endWatch(call: number, error: StateRefusal): void {
    const queue = this.#watches.get(call);
    this.#watches.delete(call);
    queue?.end(error);
  }

  #end(reason: StateRefusal): void {
    if (this.#closed !== null) return;
    this.#closed = reason;
    this.#loop.stop();
    this.#line.close();
    this.#doubt();
    for (const { reject } of this.#calls.values()) reject(reason);
    this.#calls.clear();
    for (const call of [...this.#watches.keys()]) this.#endWatch(call, reason);
  }
}

function nobody(reason: LostReason, paths: readonly string[]): StateRefusal {
  const where = paths.join(", ");
  return reason === "not-permitted"
    ? new StateRefusal("not-permitted", `this user may not open ${where}`)
    : new StateRefusal("no-replica", `nobody answers at ${where}`);
}

type Given = Exclude<CallOutcome, { readonly kind: "refused" | "unknown" }>;

function refuseOrGive(outcome: CallOutcome): Given {
  const error = refusalOf(outcome);
  if (error !== null) throw error;
  return outcome as Given;
}

function refusalOf(outcome: CallOutcome): StateRefusal | null {
  switch (outcome.kind) {
    case "refused":
      return new StateRefusal(outcome.reason, outcome.detail, outcome.leader);
    case "unknown":
      return new StateRefusal("unknown-outcome", outcome.detail);
    case "applied": {
      const { result } = outcome;
      return result.ok ? null : new StateRefusal(result.reason, result.detail);
    }
    case "answered":
    case "ok":
      return null;
    default:
      return unreachable(outcome);
  }
}
