/**
 * A replica: the stable log and Raft (engine.ts), the service, and the requests of clients, wired
 * together. It is itself a machine. Each part is fed by one method, and its outputs are carried on
 * by one `switch`.
 *
 * Any replica takes any request. What changes something, and what asks for the newest state, is
 * work for the leader: done here if that is us, handed on if not (tasks.ts, leading.ts). What asks
 * for no more than we have is answered at once, with the age told.
 *
 * Invariant: nothing is answered as done before it was applied here or by the leader, and nothing
 * is applied before a majority has it on its disks.
 */
import { assert, unreachable } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import {
  earliestDeadline,
  feed,
  type Machine,
  type Timeout,
  timeout,
  type Wakeable,
  wakeable,
  wakeDue,
} from "../../kernel/machine.js";
import { type Duration, type Instant, micros } from "../../kernel/time.js";
import type { LogEntry, Snapshot } from "../../recovery/log/ports.js";
import { parseMessage } from "../raft/encoding.js";
import { entryKinds, type Received } from "../raft/ports.js";
import type { ClientRequest, Plain } from "../service/ports.js";
import { parseRequest, requestIdOf } from "../service/request-bodies.js";
import type { Service } from "../service/service.js";
import { groupWords } from "./change-words.js";
import { Clients } from "./clients.js";
import { Engine, type EngineInput, type EngineOutput, heard } from "./engine.js";
import { Leading } from "./leading.js";
import { MessageBodies } from "./message-bodies.js";
import { type Answered, parseReplicaMessage, type ReplicaMessage } from "./messages.js";
import { Outbox } from "./outbox.js";
import { type ReplicaOptions, type ReplicaParts, replicaParts } from "./parts.js";
import {
  type ClientNumber,
  type MessageOfPeer,
  ownClient,
  type ReplicaEvent,
  type ReplicaInput,
  type ReplicaOutput,
} from "./ports.js";
import { aheadText, outText } from "./refusals.js";
import type { ReplicaStatus } from "./status.js";
import { elsewhere, type Settled } from "./work.js";

type Forward = Extract<ReplicaMessage, { readonly kind: "forward" }>;

export class Replica implements Machine<ReplicaInput, ReplicaOutput> {
  readonly #self: NodeId;
  readonly #life: number;
  readonly #engine: Engine;
  /** Who was asleep for less has been replaced by nobody: all others were still waiting. */
  readonly #lateMax: Duration;
  readonly #nodes: readonly NodeId[] | null;
  readonly #service: Service;
  readonly #leading: Leading;
  readonly #clients: Clients;
  readonly #outbox: Outbox;
  readonly #parts: readonly Wakeable[];
  /** What the log and Raft have not heard yet. */
  #inbox: (EngineInput | Timeout)[] = [];
  #feeding = false;
  /** In which the leader that our clients' work is handed to leads. */
  #leaderTerm = 0;
  #applied = 0;
  #appChanges = 0;
  /** Something was applied: the app's state is one of the log, and told to the node. */
  #appKnown = false;
  /** Whether the newest of the app's state was told as an event. */
  #appTold = true;
  #outputs: ReplicaOutput[] = [];
  readonly #bodies = new MessageBodies();

  constructor(options: ReplicaOptions, parts: ReplicaParts = replicaParts(options)) {
    this.#self = options.self;
    this.#life = options.life;
    this.#engine = new Engine(parts);
    this.#lateMax = micros(Math.floor(options.raft.electionTimeoutMin / 2));
    this.#service = parts.service();
    const group = (): Plain => groupWords(this.#self, this.#engine.phase);
    this.#leading = new Leading(options.self, this.#service, group);
    this.#clients = new Clients(options.now, this.#service, group, options.nodes ?? null);
    this.#nodes = options.nodes ?? null;
    this.#outbox = new Outbox(options.life);
    this.#parts = this.#wakeables();
  }

  step(now: Instant, input: ReplicaInput | Timeout): readonly ReplicaOutput[] {
    this.#outputs = [];
    switch (input.kind) {
      case "timeout":
        wakeDue(this.#parts, now);
        break;
      case "disk-done":
      case "suspicion":
        this.#feedEngine(now, input);
        break;
      case "message":
        this.#onMessages(now, [input]);
        break;
      case "messages":
        this.#onMessages(now, input.messages);
        break;
      case "requests":
        for (const { client, body } of input.requests) this.#onRequest(now, client, body);
        break;
      case "own-request":
        this.#ask(now, ownClient, input.request);
        break;
      case "client-gone":
        this.#clients.gone(input.client);
        break;
      case "client-paused":
        this.#clients.pause(input.client, input.paused);
        break;
      case "was-late":
        if (input.by >= this.#lateMax) this.#feedEngine(now, { kind: "was-late" });
        break;
      default:
        unreachable(input);
    }
    this.#settleDown(now);
    this.#bodies.clear();
    return this.#outputs;
  }

  deadline(): Instant | null {
    return earliestDeadline(this.#parts);
  }

  /** The app's replicated state, as of the last entry that was applied. */
  get appState() {
    return this.#service.appState;
  }

  status(): ReplicaStatus {
    const { phase } = this.#engine;
    return {
      phase: phase.kind,
      out: phase.kind === "out" ? { reason: phase.reason, detail: phase.detail } : null,
      raft: phase.kind === "running" ? phase.raft.status() : null,
      applied: this.#applied,
      disk: this.#engine.health,
      sessions: this.#service.openSessions.size,
      waiting: this.#clients.count + this.#leading.count,
    };
  }

  #wakeables(): Wakeable[] {
    return [
      wakeable(this.#engine, (now) => this.#feedEngine(now, timeout)),
      wakeable(this.#clients, (now) => this.#clients.wake(now)),
      wakeable(this.#leading, (now) => this.#askRaft(now)),
    ];
  }

  // --- requests --------------------------------------------------------------------------------

  #onRequest(now: Instant, client: ClientNumber, body: unknown): void {
    const request = parseRequest(body);
    if (request !== null) this.#ask(now, client, request);
    else this.#clients.refuse(client, requestIdOf(body), "malformed", "no request of this version");
  }

  #ask(now: Instant, client: ClientNumber, request: ClientRequest): void {
    const { phase } = this.#engine;
    if (phase.kind === "out") {
      this.#clients.refuse(client, request.id, "disk-not-writable", outText(this.#self, phase));
      return;
    }
    const isEarly = request.kind === "members" && phase.kind === "opening";
    if (!isEarly) this.#clients.ask(now, client, request);
    else this.#clients.refuse(client, request.id, "no-leader", `${this.#self} reads its log still`);
  }

  // --- messages --------------------------------------------------------------------------------

  /** Bytes are ours; lists are Raft's, which takes all of them in one step. */
  #onMessages(now: Instant, messages: readonly MessageOfPeer[]): void {
    const forRaft: Received[] = [];
    for (const { from, body } of messages) {
      if (body instanceof Uint8Array) {
        this.#onBytes(now, from, body);
        continue;
      }
      const message = parseMessage(body);
      if (message === null) this.#outputs.push({ kind: "refused", from });
      else forRaft.push({ from, message });
    }
    if (forRaft.length > 0) this.#feedEngine(now, heard(forRaft));
  }

  #onBytes(now: Instant, from: NodeId, body: Uint8Array): void {
    const message = parseReplicaMessage(body);
    if (message === null) this.#outputs.push({ kind: "refused", from });
    else if (message.kind === "forward") this.#onForward(now, from, message);
    else if (message.life === this.#life) this.#onOutcomes(now, message.items);
  }

  #onForward(now: Instant, node: NodeId, { life, term, items }: Forward): void {
    const leads = this.#leading.leadsIn(term);
    for (const { ticket, work } of items) {
      const origin = { kind: "peer", node, life, ticket } as const;
      const refused = leads ? this.#leading.take(now, origin, work) : elsewhere;
      if (refused !== null) this.#outbox.answer({ node, life }, ticket, refused);
    }
  }

  #onOutcomes(now: Instant, items: readonly Answered[]): void {
    for (const { ticket, outcome } of items) this.#clients.settle(now, ticket, outcome);
  }

  // --- the log and Raft ------------------------------------------------------------------------

  /** What is said to it while its outputs are carried out waits until they are. */
  #feedEngine(now: Instant, input: EngineInput | Timeout): void {
    this.#inbox.push(input);
    if (this.#feeding) return;
    this.#feeding = true;
    for (let at = 0; at < this.#inbox.length; at += 1) {
      const next = this.#inbox[at] as EngineInput | Timeout;
      feed(this.#engine, now, next, (output) => this.#carryEngine(now, output));
    }
    this.#inbox = [];
    this.#feeding = false;
  }

  #carryEngine(now: Instant, output: EngineOutput): void {
    switch (output.kind) {
      case "send":
        this.#send(output.target, this.#bodies.of(output.message));
        break;
      case "disk":
        this.#outputs.push(output);
        break;
      case "restore":
        this.#restore(now, output.snapshot);
        break;
      case "apply":
        this.#apply(now, output.entries);
        break;
      case "want-snapshot":
        this.#takeSnapshot(now);
        break;
      case "proposed":
        this.#leading.proposed(output.ticket, output.first, output.term);
        break;
      case "refused":
        this.#settleAll(now, this.#leading.refused(output.ticket, output.reason));
        break;
      case "read-ready":
        this.#settleAll(now, this.#leading.confirmed(now, output.ticket, output.index));
        break;
      case "done":
        this.#settle(now, this.#leading.done(output.ticket));
        break;
      case "event":
        this.#onEvent(now, output.event);
        break;
      default:
        unreachable(output);
    }
  }

  #onEvent(now: Instant, event: ReplicaEvent): void {
    this.#tell(event);
    if (event.kind === "group") this.#clients.roleIs(event.group.members.get(this.#self));
    if (event.kind !== "role") return;
    if (event.role === "leader") this.#leading.begin(event.term);
    else if (this.#leading.leads) this.#settleAll(now, this.#leading.end());
    this.#leaderTerm = event.term;
    this.#clients.leaderIs(now, event.leader);
  }

  #restore(now: Instant, snapshot: Snapshot): void {
    if (!this.#service.restore(snapshot.data)) {
      const detail = `the snapshot of entry ${snapshot.index} is of another version or broken`;
      this.#leave(now, "unknown-version", detail);
      return;
    }
    this.#applied = snapshot.index;
    this.#noteAppState();
    this.#settleAll(now, this.#leading.restored(now, snapshot.index));
    this.#clients.restored(snapshot.index);
  }

  #apply(now: Instant, entries: readonly LogEntry[]): void {
    for (const entry of entries) this.#applyOne(now, entry);
    this.#noteAppState();
    this.#settleAll(now, this.#leading.caughtUp(now));
    this.#clients.applied(this.#applied);
  }

  #applyOne(now: Instant, entry: LogEntry): void {
    if (this.#engine.phase.kind === "out") return;
    if (entry.index !== this.#applied + 1)
      assert(false, `entry ${entry.index} after ${this.#applied}`);
    this.#applied = entry.index;
    if (entry.kind !== entryKinds.command) {
      this.#settle(now, this.#leading.applied(now, entry, null));
      return;
    }
    const { result, events, lacks } = this.#service.apply(entry.index, entry.data);
    if (lacks !== undefined) {
      this.#leave(now, "ahead-of-app", aheadText(this.#self, entry.index, lacks));
      return;
    }
    if (events.length > 0) this.#clients.happened(events);
    this.#noteAppState();
    this.#settle(now, this.#leading.applied(now, entry, result));
  }

  /** What would be applied from here on would give another state than that of the others. */
  #leave(now: Instant, reason: string, detail: string): void {
    this.#tell(this.#engine.leave(reason, detail));
    if (this.#leading.leads) this.#settleAll(now, this.#leading.end());
    this.#clients.leaderIs(now, null);
  }

  #takeSnapshot(now: Instant): void {
    const data = this.#service.snapshot();
    this.#feedEngine(now, { kind: "snapshot-taken", index: this.#applied, data });
  }

  // --- the end of a step -----------------------------------------------------------------------

  /** Hands out what has gathered: to Raft while it has something to be asked, then to others. */
  #settleDown(now: Instant): void {
    this.#handOn(now);
    this.#askRaft(now);
    this.#handOn(now);
    for (const { target, body } of this.#outbox.take(this.#leaderTerm)) this.#send(target, body);
    this.#outputs.push(...this.#clients.take(now));
    this.#tellAppState();
  }

  #askRaft(now: Instant): void {
    if (!this.#leading.leads) return;
    for (;;) {
      const asks = this.#leading.asks(now, this.#engine.writing);
      if (asks.length === 0) return;
      for (const ask of asks) this.#feedEngine(now, ask);
    }
  }

  /** Tasks go to the leader; what we do ourselves may be refused at once. */
  #handOn(now: Instant): void {
    for (const { number, work, handedTo } of this.#clients.dispatch(now, this.#self)) {
      assert(handedTo !== null, "a task was handed to nobody");
      if (handedTo !== this.#self) this.#outbox.forward(handedTo, { ticket: number, work });
      else {
        const refused = this.#leading.take(now, { kind: "task", task: number }, work);
        if (refused !== null) this.#clients.settle(now, number, refused);
      }
    }
  }

  #settleAll(now: Instant, settled: readonly Settled[]): void {
    for (const one of settled) this.#settle(now, one);
  }

  #settle(now: Instant, settled: Settled | null): void {
    if (settled === null || settled.origin === null) return;
    const { origin, outcome } = settled;
    if (origin.kind === "task") this.#clients.settle(now, origin.task, outcome);
    else this.#outbox.answer(origin, origin.ticket, outcome);
  }

  #noteAppState(): void {
    const { appChanges, appChangedAt: at, appState: state } = this.#service;
    if (appChanges === this.#appChanges && this.#appKnown) return;
    this.#appTold = appChanges === this.#appChanges;
    this.#appChanges = appChanges;
    this.#appKnown = true;
    this.#outputs.push({ kind: "app-state", at, state });
  }

  #tellAppState(): void {
    if (this.#appTold) return;
    this.#appTold = true;
    this.#tell({ kind: "app-state", at: this.#applied });
  }

  /** A group that was made elsewhere may have members of whom nothing is known here. */
  #send(target: NodeId, body: unknown): void {
    if (this.#nodes !== null && !this.#nodes.includes(target)) return;
    this.#outputs.push({ kind: "send", target, body });
  }

  #tell(event: ReplicaEvent): void {
    this.#outputs.push({ kind: "event", event });
  }
}
