/**
 * Replicas that want the right to drive, before a service that is whole and true: one state
 * machine, one leader's count of leases, and a way to it that delays, loses and is cut. What the
 * group of replicas adds (elections, logs, disks) is not here.
 */

import type { RightInput, RightOutput } from "../../../../src/control/right/ports.js";
import { Right } from "../../../../src/control/right/right.js";
import type { NodeId } from "../../../../src/kernel/ids.js";
import { timeout } from "../../../../src/kernel/machine.js";
import { Prng } from "../../../../src/kernel/prng.js";
import { type Duration, type Instant, instant, micros } from "../../../../src/kernel/time.js";
import { encodeCommand } from "../../../../src/replication/service/command-bytes.js";
import { Leases } from "../../../../src/replication/service/leases.js";
import type { ClientReply, ClientRequest } from "../../../../src/replication/service/ports.js";
import { Service } from "../../../../src/replication/service/service.js";
import { Watches } from "../../../../src/replication/service/watches.js";
import { DriftingClock } from "../../../../src/sim/drifting-clock.js";
import { EventHeap } from "../../../../src/sim/event-heap.js";
import {
  later,
  never,
  type TrueTime,
  trueTime,
  worldBegins,
} from "../../../../src/sim/true-time.js";

export interface RightWorldOptions {
  readonly nodes: readonly NodeId[];
  readonly lease: Duration;
  readonly pause: Duration;
  readonly driftMaxPpm: number;
  /** By node, and last the leader's. */
  readonly ratesPpm?: readonly number[];
  readonly seed?: number;
  /** Of the way to the leader and back, each time. */
  readonly delay?: () => Duration;
}

export interface Told {
  readonly at: TrueTime;
  readonly node: NodeId;
  readonly output: Exclude<RightOutput, { readonly kind: "request" }>;
}

interface Member {
  readonly node: NodeId;
  readonly clock: DriftingClock;
  right: Right;
  life: number;
  /** No step is made: the process is stopped. What comes waits. */
  stopped: boolean;
  /** Nothing goes to the leader or comes from it. */
  cut: boolean;
  waiting: RightInput[];
  driving: { readonly token: number; until: Instant } | null;
  wakesAt: TrueTime | null;
}

export class RightWorld {
  readonly told: Told[] = [];
  /** Two that drove at one instant of true time. */
  readonly overlaps: (readonly [TrueTime, NodeId, NodeId])[] = [];
  readonly tokens: number[] = [];
  readonly service = new Service();
  readonly #options: RightWorldOptions;
  readonly #heap = new EventHeap<() => void>();
  readonly #members: Map<NodeId, Member>;
  readonly #leaderClock: DriftingClock;
  readonly #watches = new Watches();
  #leases: Leases;
  #index = 0;
  /** Nobody leads: requests are refused. */
  leaderless = false;
  now: TrueTime = worldBegins;

  constructor(options: RightWorldOptions) {
    this.#options = options;
    const { nodes, ratesPpm = [] } = options;
    this.#leaderClock = new DriftingClock(this.now, instant(77_000), ratesPpm[nodes.length] ?? 0);
    this.#leases = new Leases(this.#leaderClock.read(this.now), this.service);
    this.#members = new Map(nodes.map((node, index) => [node, this.#makeMember(node, index)]));
  }

  /** So many the log has by now. */
  get entries(): number {
    return this.#index;
  }

  feed(node: NodeId, input: RightInput): void {
    const member = this.member(node);
    if (member.stopped) member.waiting.push(input);
    else this.#step(member, input);
  }

  eligible(...nodes: readonly NodeId[]): void {
    for (const node of nodes) this.feed(node, { kind: "eligible", eligible: true });
  }

  member(node: NodeId): Member {
    return this.#members.get(node) as Member;
  }

  /** Until when its belief in the right reaches, on its own clock. */
  endOf(node: NodeId): Instant {
    const { driving } = this.member(node);
    if (driving === null) throw new Error(`${node} does not drive`);
    return driving.until;
  }

  drivers(): NodeId[] {
    return [...this.#members.values()].filter((one) => this.#drives(one)).map(({ node }) => node);
  }

  /** The process is killed, and forgets; it comes back ineligible. */
  restart(node: NodeId): void {
    const member = this.member(node);
    member.life += 1;
    member.driving = null;
    member.waiting = [];
    member.stopped = false;
    member.right = this.#makeRight(node, member.life);
    this.#watches.clientGone(this.#clientOf(member) - 1_000);
  }

  stop(node: NodeId): void {
    this.member(node).stopped = true;
  }

  resume(node: NodeId): void {
    const member = this.member(node);
    member.stopped = false;
    for (const input of member.waiting.splice(0)) this.#step(member, input);
    this.#step(member, timeout);
  }

  /** A new leader: it gives every session its lease anew. */
  elect(): void {
    this.leaderless = false;
    this.#leases = new Leases(this.#leaderClock.read(this.now), this.service);
  }

  /** In microseconds of true time. */
  run(wait: Duration): void {
    const end = later(this.now, wait);
    for (;;) {
      const next = Math.min(this.#heap.nextAt, this.#nextWake());
      if (next > end) break;
      this.now = trueTime(next);
      if (this.#heap.nextAt <= next) this.#heap.take()?.();
      else this.#wakeAll();
      this.#judge();
    }
    this.now = end;
    this.#judge();
  }

  #makeMember(node: NodeId, index: number): Member {
    const rate = this.#options.ratesPpm?.[index] ?? 0;
    const clock = new DriftingClock(this.now, instant(1_000_000 * (index + 1)), rate);
    const right = this.#makeRight(node, 1);
    const state = { stopped: false, cut: false, waiting: [], driving: null, wakesAt: null };
    return { node, clock, right, life: 1, ...state };
  }

  #makeRight(node: NodeId, life: number): Right {
    const { lease, pause, driftMaxPpm, seed = 1 } = this.#options;
    const own = new Prng(seed).split(`${node} ${life}`).below(2 ** 30);
    return new Right({
      self: node,
      nodes: this.#options.nodes,
      seed: own,
      lease,
      pause,
      driftMaxPpm,
    });
  }

  #step(member: Member, input: Parameters<Right["step"]>[1]): void {
    const outputs = member.right.step(member.clock.read(this.now), input);
    for (const output of outputs) this.#carry(member, output);
  }

  #carry(member: Member, output: RightOutput): void {
    if (output.kind === "request") {
      this.#send(member, output.request);
      return;
    }
    this.told.push({ at: this.now, node: member.node, output });
    if (output.kind === "lost") member.driving = null;
    else member.driving = { token: output.token, until: output.until };
    if (output.kind === "acquired") this.tokens.push(output.token);
    this.#judge();
  }

  #send(member: Member, request: ClientRequest): void {
    const { life } = member;
    if (member.cut) return;
    this.#heap.put(later(this.now, this.#delay()), () => {
      const replies = this.#serve(member, request);
      for (const reply of replies) this.#answer(member, life, reply);
      this.#tellWatches();
    });
  }

  #answer(member: Member, life: number, reply: ClientReply): void {
    if (member.cut) return;
    this.#heap.put(later(this.now, this.#delay()), () => {
      if (member.life === life && !member.cut) this.feed(member.node, { kind: "reply", reply });
    });
  }

  #serve(member: Member, request: ClientRequest): ClientReply[] {
    const { id } = request;
    const client = this.#clientOf(member);
    switch (request.kind) {
      case "watch": {
        const { target, after } = request;
        const started = this.#watches.watch(client, id, target, after, this.#index);
        return started.ok ? [{ kind: "ok", id, detail: started.after }] : [];
      }
      case "unwatch":
        this.#watches.unwatch(client, request.watch);
        return [{ kind: "ok", id, detail: null }];
      case "query": {
        const result = this.service.query(request.query);
        return [{ kind: "answer", id, at: this.#index, age: micros(0), result }];
      }
      default:
        return this.leaderless ? [refusedNow(id)] : this.#lead(request);
    }
  }

  #lead(request: ClientRequest): ClientReply[] {
    const { id } = request;
    const now = this.#leaderClock.read(this.now);
    if (request.kind === "keep-alive") {
      if (this.#leases.heard(now, request.session)) return [{ kind: "ok", id, detail: null }];
      return [{ kind: "refused", id, reason: "no-session", leader: null, detail: "" }];
    }
    if (request.kind !== "command") return [];
    const { session, sequence, command } = request;
    if (session > 0) this.#leases.heard(now, session);
    return [this.#apply(id, encodeCommand(session, sequence, command))];
  }

  #apply(id: number, bytes: Uint8Array): ClientReply {
    this.#index += 1;
    const { result, events } = this.service.apply(this.#index, bytes);
    this.#leases.sync(this.#leaderClock.read(this.now));
    this.#watches.applied(events);
    this.#tellWatches();
    return { kind: "result", id, at: this.#index, result };
  }

  #tellWatches(): void {
    for (const notice of this.#watches.take(1_000)) {
      if (notice.kind !== "event") continue;
      const { client, watch, event } = notice;
      const member = [...this.#members.values()].find((one) => this.#clientOf(one) === client);
      if (member !== undefined) this.#answer(member, member.life, { kind: "event", watch, event });
    }
  }

  #clientOf(member: Member): number {
    return 1_000 * member.life + [...this.#options.nodes].indexOf(member.node);
  }

  #delay(): Duration {
    return this.#options.delay?.() ?? micros(300);
  }

  #nextWake(): number {
    let first: number = never;
    for (const { stopped, clock, right } of this.#members.values()) {
      const deadline = right.deadline();
      if (!stopped && deadline !== null) first = Math.min(first, clock.whenReads(deadline));
    }
    const expiry = this.#leases.deadline();
    if (expiry !== null && !this.leaderless) {
      first = Math.min(first, this.#leaderClock.whenReads(expiry));
    }
    return Math.max(first, this.now);
  }

  #wakeAll(): void {
    for (const member of this.#members.values()) {
      const deadline = member.right.deadline();
      if (member.stopped || deadline === null) continue;
      if (member.clock.read(this.now) >= deadline) this.#step(member, timeout);
    }
    if (this.leaderless) return;
    for (const command of this.#leases.over(this.#leaderClock.read(this.now))) {
      this.#apply(0, encodeCommand(0, 0, command));
    }
  }

  #drives({ driving, clock }: Member): boolean {
    return driving !== null && clock.read(this.now) < driving.until;
  }

  #judge(): void {
    const [one, other] = this.drivers();
    if (one !== undefined && other !== undefined) this.overlaps.push([this.now, one, other]);
  }
}

const refusedNow = (id: number): ClientReply => ({
  kind: "refused",
  id,
  reason: "no-leader",
  leader: null,
  detail: "nobody leads",
});
