/**
 * Many small machines and a network between them, in virtual time: for protocols that are studied
 * by the hundred and the thousand. Where the world of `World` has boards, drifting clocks,
 * watchdogs and sealed frames, a fleet has none: every clock shows true time, and messages are
 * values that pass as they are.
 *
 * A member that is *paused* keeps its memory and what arrives waits for it, as after SIGSTOP;
 * woken, it is told how late it is before anything else. A member that is *down* has no machine.
 *
 * Everything random is split from one seed by name: each member's dice, and the network's per
 * sender, so that one message more of one member does not change the fate of another's.
 */
import { assert } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import { type Machine, timeout } from "../../kernel/machine.js";
import type { Prng } from "../../kernel/prng.js";
import { after, type Duration, due, elapsed, type Instant } from "../../kernel/time.js";
import { type DelayModel, drawDelay } from "../delay.js";
import { EventHeap } from "../event-heap.js";
import { type TrueTime, worldBegins } from "../true-time.js";

/** What one member's machine gets of the world, and how what it says is understood. */
export interface FleetProtocol<Input, Output> {
  /** @param life counts the starts of the member, from 1 */
  make(member: FleetMember, life: number, now: Instant): Machine<Input, Output>;
  /** How a message that has arrived is fed. */
  received(message: FleetMessage): Input;
  /** How a member is told that it was late; null where this protocol is not told. */
  late(by: Duration): Input | null;
  /** Where an output goes; null for one that no other member gets. */
  sent(output: Output): { readonly targets: readonly NodeId[]; readonly body: unknown } | null;
}

export interface FleetMember {
  readonly id: NodeId;
  readonly index: number;
  readonly dice: Prng;
}

export interface FleetMessage {
  readonly from: NodeId;
  /** Of the sender. */
  readonly life: number;
  readonly body: unknown;
}

export interface FleetOptions<Input, Output> {
  /** Sorted by `<`, each once. */
  readonly members: readonly NodeId[];
  readonly dice: Prng;
  readonly delay: DelayModel;
  /** The probability that a message is lost, for each target. */
  readonly loss: number;
  /** A member that is woken later than this after its deadline is told so. */
  readonly latenessMax: Duration;
  readonly protocol: FleetProtocol<Input, Output>;
}

/** Sees every output and every message; keeps no state of the fleet. */
export interface FleetOnlooker<Output> {
  output?(at: Instant, member: NodeId, output: Output): void;
  /** A message leaves, lost or not. */
  message?(at: Instant, source: NodeId, target: NodeId, body: unknown): void;
}

/** What waits for a paused member; beyond it the newest is lost, as in a socket. */
export const waitingMax = 4_096;

/** A machine that is due again so often at one instant asks for the same deadline for ever. */
const wakesAtOnceMax = 10_000;

type FleetEvent =
  | { readonly kind: "arrival"; readonly target: number; readonly message: FleetMessage }
  | { readonly kind: "wake"; readonly target: number; readonly life: number }
  | { readonly kind: "action"; readonly run: () => void };

interface Resident<Input, Output> {
  readonly member: FleetMember;
  readonly network: Prng;
  machine: Machine<Input, Output> | null;
  life: number;
  /** Null while it runs. It is over when #resume says so, not before what comes at that instant. */
  pausedUntil: Instant | null;
  /** When the earliest wake-up that waits in the heap comes; null if none waits. */
  wakesAt: Instant | null;
  wokenAt: Instant | null;
  /** How often it was woken at `wokenAt`. */
  wakesAtOnce: number;
  waiting: Input[];
}

export class Fleet<Input, Output> {
  readonly #options: FleetOptions<Input, Output>;
  readonly #heap = new EventHeap<FleetEvent>();
  readonly #residents: readonly Resident<Input, Output>[];
  readonly #indices: ReadonlyMap<NodeId, number>;
  readonly #onlookers: FleetOnlooker<Output>[] = [];
  #blocked: (source: NodeId, target: NodeId) => boolean = () => false;
  #now = worldBegins as number as Instant;
  #steps = 0;

  constructor(options: FleetOptions<Input, Output>) {
    this.#options = options;
    const { members, dice } = options;
    this.#indices = new Map(members.map((id, index) => [id, index]));
    assert(this.#indices.size === members.length, "a member is listed twice");
    this.#residents = members.map((id, index) => ({
      member: { id, index, dice: dice.split(`member ${id}`) },
      network: dice.split(`network of ${id}`),
      machine: null,
      life: 0,
      pausedUntil: null,
      wakesAt: null,
      wokenAt: null,
      wakesAtOnce: 0,
      waiting: [],
    }));
  }

  get now(): Instant {
    return this.#now;
  }

  /** Steps of all machines so far. */
  get steps(): number {
    return this.#steps;
  }

  watch(onlooker: FleetOnlooker<Output>): void {
    this.#onlookers.push(onlooker);
  }

  isUp(id: NodeId): boolean {
    return this.#of(id).machine !== null;
  }

  /** The machine of a member that is up. */
  machine(id: NodeId): Machine<Input, Output> | null {
    return this.#of(id).machine;
  }

  /** Starts a member's next life. */
  boot(id: NodeId): void {
    const resident = this.#of(id);
    assert(resident.machine === null, `${id} boots while it is up`);
    resident.life += 1;
    resident.pausedUntil = null;
    resident.wakesAt = null;
    resident.machine = this.#options.protocol.make(resident.member, resident.life, this.#now);
    this.#settle(resident);
  }

  /** It stops for good, and what waited for it is lost. */
  crash(id: NodeId): void {
    const resident = this.#of(id);
    resident.machine = null;
    resident.pausedUntil = null;
    resident.waiting = [];
  }

  pause(id: NodeId, wait: Duration): void {
    const resident = this.#of(id);
    if (resident.machine === null) return;
    const until = after(this.#now, wait);
    if (resident.pausedUntil !== null && until <= resident.pausedUntil) return;
    resident.pausedUntil = until;
    this.schedule(until, () => this.#resume(resident));
  }

  /** From now on nothing passes from a source to a target for which this is true. */
  block(blocked: (source: NodeId, target: NodeId) => boolean): void {
    this.#blocked = blocked;
  }

  /** What somebody says to a member: an operator, an app, a test. A paused one hears it later. */
  say(id: NodeId, input: Input): void {
    this.#hear(this.#of(id), input);
  }

  schedule(at: Instant, run: () => void): void {
    this.#heap.put(at as number as TrueTime, { kind: "action", run });
  }

  /** Runs up to `end`, and all that happens then. */
  run(end: Instant): void {
    while (this.#heap.nextAt <= (end as number)) {
      this.#now = this.#heap.nextAt as number as Instant;
      const event = this.#heap.take();
      if (event !== undefined) this.#happen(event);
    }
    this.#now = end;
  }

  #happen(event: FleetEvent): void {
    if (event.kind === "action") {
      event.run();
      return;
    }
    const resident = this.#residents[event.target];
    assert(resident !== undefined, `no member number ${event.target}`);
    if (event.kind === "arrival") {
      this.#hear(resident, this.#options.protocol.received(event.message));
    } else this.#wake(resident, event.life);
  }

  #hear(resident: Resident<Input, Output>, input: Input): void {
    if (resident.machine === null) return;
    if (resident.pausedUntil !== null) {
      if (resident.waiting.length < waitingMax) resident.waiting.push(input);
      return;
    }
    this.#step(resident, input);
  }

  #wake(resident: Resident<Input, Output>, life: number): void {
    if (resident.machine === null || resident.life !== life) return;
    // Only the earliest wake-up counts; one that was overtaken would breed another each time.
    if (resident.wakesAt !== this.#now) return;
    resident.wakesAt = null;
    if (resident.pausedUntil !== null) return;
    this.#countWake(resident);
    this.#tick(resident);
  }

  #countWake(resident: Resident<Input, Output>): void {
    resident.wakesAtOnce = resident.wokenAt === this.#now ? resident.wakesAtOnce + 1 : 1;
    resident.wokenAt = this.#now;
    if (resident.wakesAtOnce <= wakesAtOnceMax) return;
    assert(false, `${resident.member.id} is due at ${this.#now} for ever`);
  }

  /** A deadline may have passed meanwhile; the member blames itself before it judges. */
  #resume(resident: Resident<Input, Output>): void {
    if (resident.machine === null || resident.pausedUntil !== this.#now) return;
    resident.pausedUntil = null;
    const { protocol, latenessMax } = this.#options;
    const deadline = resident.machine.deadline();
    if (deadline !== null && deadline < this.#now) {
      const by = elapsed(deadline, this.#now);
      const late = by > latenessMax ? protocol.late(by) : null;
      if (late !== null) this.#step(resident, late);
    }
    const { waiting } = resident;
    resident.waiting = [];
    this.#tick(resident);
    for (const input of waiting) this.#hear(resident, input);
  }

  #tick(resident: Resident<Input, Output>): void {
    const { machine } = resident;
    if (machine === null) return;
    if (due(machine.deadline(), this.#now)) {
      this.#steps += 1;
      this.#carry(resident, machine.step(this.#now, timeout));
    }
    this.#settle(resident);
  }

  #step(resident: Resident<Input, Output>, input: Input): void {
    const { machine } = resident;
    if (machine === null) return;
    this.#steps += 1;
    this.#carry(resident, machine.step(this.#now, input));
    this.#settle(resident);
  }

  /** A wake-up waits in the heap that is not later than the deadline. */
  #settle(resident: Resident<Input, Output>): void {
    const deadline = resident.machine?.deadline() ?? null;
    if (deadline === null) return;
    const at = Math.max(deadline, this.#now) as Instant;
    if (resident.wakesAt !== null && resident.wakesAt <= at) return;
    resident.wakesAt = at;
    const { index } = resident.member;
    const { life } = resident;
    this.#heap.put(at as number as TrueTime, { kind: "wake", target: index, life });
  }

  #carry(resident: Resident<Input, Output>, outputs: readonly Output[]): void {
    const { id } = resident.member;
    for (const output of outputs) {
      for (const onlooker of this.#onlookers) onlooker.output?.(this.#now, id, output);
      const sent = this.#options.protocol.sent(output);
      if (sent === null) continue;
      const message = { from: id, life: resident.life, body: sent.body };
      for (const target of sent.targets) this.#send(resident, target, message);
    }
  }

  #send(resident: Resident<Input, Output>, target: NodeId, message: FleetMessage): void {
    const { loss, delay } = this.#options;
    const { id } = resident.member;
    for (const onlooker of this.#onlookers) onlooker.message?.(this.#now, id, target, message.body);
    const index = this.#indices.get(target);
    // Drawn in any case, so that a partition changes no other message's fate.
    const isLost = resident.network.chance(loss);
    const wait = drawDelay(delay, resident.network);
    if (index === undefined || isLost || this.#blocked(id, target)) return;
    const at = after(this.#now, wait);
    this.#heap.put(at as number as TrueTime, { kind: "arrival", target: index, message });
  }

  #of(id: NodeId): Resident<Input, Output> {
    const resident = this.#residents[this.#indices.get(id) ?? -1];
    assert(resident !== undefined, `no member ${id}`);
    return resident;
  }
}
