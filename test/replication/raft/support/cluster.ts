/**
 * A few members on a modelled network with honest stores, driven by one seed: messages are delayed,
 * lost, doubled, overtaken; members crash, lose what was not saved, and start again. Every step is
 * watched by the invariants.
 */
import { type NodeId, nodeId } from "../../../../src/kernel/ids.js";
import { Prng } from "../../../../src/kernel/prng.js";
import { type Instant, instant, millis } from "../../../../src/kernel/time.js";
import type { LogEntry } from "../../../../src/recovery/log/ports.js";
import type { RaftMessage } from "../../../../src/replication/raft/messages.js";
import type { RaftLimits } from "../../../../src/replication/raft/options.js";
import type { MemberRoles, RaftInput, RaftOutput } from "../../../../src/replication/raft/ports.js";
import { Raft } from "../../../../src/replication/raft/raft.js";
import { EventHeap } from "../../../../src/sim/event-heap.js";
import { Invariants } from "./invariants.js";
import type { SlowLine } from "./slow-line.js";
import { IdealStore, type StoreRequest } from "./store.js";
import { calm, type Weather } from "./weather.js";

export interface ClusterOptions {
  readonly seed: number;
  readonly roles: MemberRoles;
  /** Blank nodes that belong to nothing yet. */
  readonly spares?: readonly NodeId[];
  readonly limits?: Partial<RaftLimits>;
  readonly leaseReads?: boolean;
  /** Changes an output, for planted bugs and for tests that look at what is sent. */
  readonly tamper?: (node: NodeId, output: RaftOutput) => RaftOutput | null;
}

export interface Node {
  readonly id: NodeId;
  readonly store: IdealStore;
  raft: Raft | null;
  /** The log as the member has it in memory, as far as it was given out. */
  log: Map<number, LogEntry>;
  /** A snapshot stands for the log up to here. */
  base: number;
  applied: number;
  term: number;
  starts: number;
  wakesAt: number;
  saving: boolean;
}

type Happening =
  | {
      readonly kind: "deliver";
      readonly to: Node;
      readonly from: NodeId;
      readonly message: RaftMessage;
    }
  | { readonly kind: "saved"; readonly node: Node; readonly start: number }
  | { readonly kind: "wake"; readonly node: Node; readonly start: number }
  | { readonly kind: "do"; readonly act: () => void };

export class Cluster {
  readonly nodes = new Map<NodeId, Node>();
  readonly invariants = new Invariants();
  readonly outputs: { readonly node: NodeId; readonly output: RaftOutput }[] = [];
  readonly #options: ClusterOptions;
  readonly #dice: Prng;
  readonly #heap = new EventHeap<Happening>();
  readonly #cut = new Set<string>();
  #reads = new Map<number, number>();
  #ticket = 0;
  #life = 0;
  now: Instant = instant(1_000_000);
  weather: Weather = calm;
  /** All that is left to go by. */
  line: SlowLine | null = null;

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.#dice = new Prng(options.seed).split("cluster");
    for (const id of [...options.roles.keys(), ...(options.spares ?? [])]) this.#addNode(id);
  }

  node(id: NodeId): Node {
    const node = this.nodes.get(id);
    if (node === undefined) throw new Error(`no node ${id}`);
    return node;
  }

  get leader(): Node | null {
    const leaders = [...this.nodes.values()].filter((node) => roleOf(node) === "leader");
    leaders.sort((one, other) => other.term - one.term);
    return leaders[0] ?? null;
  }

  start(id: NodeId): void {
    const node = this.node(id);
    node.starts += 1;
    this.#life += 1;
    const inGroup = this.#options.roles.has(id);
    node.raft = new Raft({
      now: this.now,
      self: id,
      recovered: node.store.recovered,
      bootstrap: inGroup ? this.#options.roles : null,
      life: this.#life,
      dice: new Prng(this.#options.seed).split(`${id} ${node.starts}`),
      heartbeat: millis(20),
      electionTimeoutMin: millis(100),
      electionTimeoutMax: millis(200),
      driftMaxPpm: 200,
      leaseReads: this.#options.leaseReads ?? false,
      limits: this.#options.limits ?? {},
    });
    node.log = new Map(node.store.recovered.entries.map((entry) => [entry.index, entry]));
    node.base = node.store.recovered.snapshot?.index ?? 0;
    node.applied = node.base;
    node.saving = false;
    this.#wake(node);
  }

  crash(id: NodeId): void {
    const node = this.node(id);
    node.raft = null;
    node.store.crash();
  }

  /** The disk is gone, and a new one is in its place. */
  wipe(id: NodeId): void {
    this.crash(id);
    this.node(id).store.wipe();
  }

  /** Nothing that waits for the disk will be kept. */
  failSaves(id: NodeId): void {
    const node = this.node(id);
    for (const request of node.store.refuseAll()) {
      if (request.kind === "compact") continue;
      this.#step(node, { kind: "not-saved", ticket: request.ticket });
    }
  }

  cut(from: NodeId, to: NodeId): void {
    this.#cut.add(`${from} ${to}`);
  }

  isolate(id: NodeId): void {
    for (const other of this.nodes.keys()) {
      this.cut(id, other);
      this.cut(other, id);
    }
  }

  heal(): void {
    this.#cut.clear();
  }

  at(delay: number, act: () => void): void {
    this.#put(delay, { kind: "do", act });
  }

  input(id: NodeId, input: RaftInput): void {
    this.#step(this.node(id), input);
  }

  nextTicket(): number {
    this.#ticket += 1;
    return this.#ticket;
  }

  propose(id: NodeId, text: string): number {
    const ticket = this.nextTicket();
    this.input(id, { kind: "propose", ticket, commands: [new Uint8Array(Buffer.from(text))] });
    return ticket;
  }

  read(id: NodeId): number {
    const ticket = this.nextTicket();
    this.#reads.set(ticket, this.invariants.committedMax);
    this.input(id, { kind: "read", ticket });
    return ticket;
  }

  /** The outputs about a ticket. */
  answers(ticket: number): readonly RaftOutput[] {
    return this.outputs
      .map(({ output }) => output)
      .filter((output) => "ticket" in output && output.ticket === ticket && isAnswer(output));
  }

  run(duration: number): void {
    this.runUntil(() => false, duration);
  }

  /** True where it came so far within `duration`. */
  runUntil(done: () => boolean, duration: number): boolean {
    const end = this.now + duration;
    while (this.#heap.length > 0 && this.#heap.nextAt <= end) {
      if (done()) return true;
      this.now = instant(Math.max(this.now, this.#heap.nextAt));
      const happening = this.#heap.take();
      if (happening !== undefined) this.#happen(happening);
    }
    this.now = instant(end);
    return done();
  }

  #addNode(id: NodeId): void {
    const empty = {
      log: new Map(),
      base: 0,
      applied: 0,
      term: 0,
      starts: 0,
      wakesAt: 0,
      saving: false,
    };
    this.nodes.set(id, { id, store: new IdealStore(), raft: null, ...empty });
  }

  #happen(happening: Happening): void {
    switch (happening.kind) {
      case "deliver":
        this.#step(happening.to, {
          kind: "message",
          from: happening.from,
          message: happening.message,
        });
        break;
      case "saved":
        this.#onSaved(happening.node, happening.start);
        break;
      case "wake":
        if (happening.start !== happening.node.starts || this.now < happening.node.wakesAt) break;
        happening.node.wakesAt = 0;
        this.#step(happening.node, { kind: "timeout" });
        break;
      case "do":
        happening.act();
        break;
    }
  }

  #step(node: Node, input: RaftInput | { readonly kind: "timeout" }): void {
    if (node.raft === null) return;
    for (const output of node.raft.step(this.now, input)) {
      const out = this.#options.tamper?.(node.id, output);
      if (out !== null) this.#carry(node, out ?? output);
    }
    this.#wake(node);
  }

  #wake(node: Node): void {
    const deadline = node.raft?.deadline() ?? null;
    if (deadline === null || (node.wakesAt !== 0 && node.wakesAt <= deadline)) return;
    node.wakesAt = Math.max(deadline, this.now);
    this.#put(node.wakesAt - this.now, { kind: "wake", node, start: node.starts });
  }

  #carry(node: Node, output: RaftOutput): void {
    if (output.kind !== "send" && output.kind !== "apply") {
      this.outputs.push({ node: node.id, output });
    }
    switch (output.kind) {
      case "send":
        this.#send(node, output.target, output.message);
        break;
      case "save":
        this.#save(node, output);
        break;
      case "save-snapshot":
      case "compact":
        this.#toStore(node, output);
        break;
      case "install-snapshot":
        node.log = new Map();
        node.base = output.snapshot.index;
        this.#toStore(node, output);
        break;
      case "restore":
        this.invariants.restored(node.id, output.snapshot);
        node.applied = output.snapshot.index;
        break;
      case "apply":
        for (const entry of output.entries) this.#apply(node, entry);
        break;
      case "want-snapshot":
        this.at(this.#dice.below(this.weather.saveMax), () => this.#takeSnapshot(node));
        break;
      case "read-ready":
        this.#checkRead(output.ticket, output.index);
        break;
      case "event":
        if (output.event.kind !== "role") break;
        node.term = output.event.term;
        if (output.event.role === "leader") this.#elected(node);
        break;
      default:
        break;
    }
  }

  #send(node: Node, target: NodeId, message: RaftMessage): void {
    const to = this.nodes.get(target);
    if (to === undefined || this.#cut.has(`${node.id} ${target}`)) return;
    if (this.line !== null) {
      const arrive = () => this.#step(to, { kind: "message", from: node.id, message });
      this.line.send(`${node.id} ${target}`, message, arrive, (delay, act) => this.at(delay, act));
      return;
    }
    const { loss, duplication, delayMax } = this.weather;
    if (this.#dice.chance(loss)) return;
    const copies = this.#dice.chance(duplication) ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const delay = 50 + this.#dice.below(delayMax);
      this.#put(delay, { kind: "deliver", to, from: node.id, message });
    }
  }

  #save(node: Node, output: Extract<RaftOutput, { kind: "save" }>): void {
    const first = output.entries[0];
    if (first !== undefined) {
      for (const index of node.log.keys()) if (index >= first.index) node.log.delete(index);
    }
    for (const entry of output.entries) {
      const previous = node.log.get(entry.index - 1)?.term;
      if (previous !== undefined) this.invariants.appended(entry, previous);
      node.log.set(entry.index, entry);
    }
    this.#toStore(node, output);
  }

  #toStore(node: Node, output: Parameters<IdealStore["take"]>[0]): void {
    node.store.take(output);
    if (!node.saving) this.#beginSave(node);
  }

  #beginSave(node: Node): void {
    node.saving = true;
    const delay = 100 + this.#dice.below(this.weather.saveMax);
    this.#put(delay, { kind: "saved", node, start: node.starts });
  }

  /** As a disk does: what came while it was busy is kept together. */
  #onSaved(node: Node, start: number): void {
    if (start !== node.starts || node.raft === null) return;
    node.saving = false;
    const done: StoreRequest[] = [];
    while (node.store.openCount > 0) {
      const request = node.store.keepNext();
      if (request !== null) done.push(request);
      if (this.#dice.chance(0.3)) break;
    }
    if (node.store.openCount > 0) this.#beginSave(node);
    for (const request of done) {
      if (request.kind === "compact") continue;
      const kind = request.kind === "save-snapshot" ? "snapshot-saved" : "saved";
      this.#step(node, { kind, ticket: request.ticket });
    }
  }

  #apply(node: Node, entry: LogEntry): void {
    if (entry.index !== node.applied + 1) {
      throw new Error(`${node.id} applies ${entry.index} after ${node.applied}`);
    }
    node.applied = entry.index;
    this.invariants.applied(node.id, entry, node.raft?.status().term ?? 0);
  }

  #elected(node: Node): void {
    this.invariants.elected(node.id, node.term, node.log, node.base);
  }

  #takeSnapshot(node: Node): void {
    if (node.raft === null) return;
    const data = new Uint8Array(Buffer.from(`state at ${node.applied};`.repeat(500)));
    this.#step(node, { kind: "snapshot-taken", index: node.applied, data });
  }

  #checkRead(ticket: number, index: number): void {
    const committed = this.#reads.get(ticket) ?? 0;
    if (index < committed) throw new Error(`read ${ticket} at ${index} misses ${committed}`);
  }

  #put(delay: number, happening: Happening): void {
    this.#heap.put((this.now + delay) as Parameters<EventHeap<Happening>["put"]>[0], happening);
  }
}

export const roleOf = (node: Node): string => node.raft?.status().role ?? "down";

function isAnswer(output: RaftOutput): boolean {
  return ["proposed", "refused", "read-ready", "done"].includes(output.kind);
}

/** Voters named a, b, c, ... */
export function voters(count: number): MemberRoles {
  const names = Array.from({ length: count }, (_, at) => nodeId(String.fromCharCode(97 + at)));
  return new Map(names.map((name) => [name, "voter"] as const));
}
