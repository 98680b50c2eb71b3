/**
 * A cluster of lease machines under an adversary, in true time. True time is in nanoseconds and
 * finer than the clocks, which drift and are cut off to whole microseconds; frames are delayed,
 * lost, doubled and overtake one another; nodes crash and forget, and sleep.
 *
 * There is no envelope between the machines: late and doubled frames of any boot reach them, which
 * a real node would refuse. The lease must be safe without that.
 *
 * A claim of a node that crashed or sleeps counts until its end: its pins are driven until then.
 */

import {
  Lease,
  type LeaseInput,
  type LeaseOptions,
  type LeaseOutput,
} from "../../../src/control/lease/lease.js";
import { unreachable } from "../../../src/kernel/assert.js";
import type { NodeId } from "../../../src/kernel/ids.js";
import { timeout } from "../../../src/kernel/machine.js";
import { type Duration, type Instant, instant } from "../../../src/kernel/time.js";

export const nanosPerMilli = 1_000_000;

/** Shows `shows` microseconds at true time `startedAt`, and runs at 1 + ppm / 1,000,000. */
export class Clock {
  readonly startedAt: number;
  readonly shows: number;
  readonly ppm: number;

  constructor(startedAt: number, shows: number, ppm: number) {
    this.startedAt = startedAt;
    this.shows = shows;
    this.ppm = ppm;
  }

  read(trueNow: number): Instant {
    const passed = (trueNow - this.startedAt) * (1 + this.ppm / 1e6);
    return instant(Math.floor(this.shows + passed / 1_000));
  }

  /** The first whole nanosecond at which the clock shows at least `reading`. */
  when(reading: Instant): number {
    const passed = ((reading - this.shows) * 1_000) / (1 + this.ppm / 1e6);
    let guess = Math.floor(this.startedAt + passed) - 1;
    while (this.read(guess) < reading) guess += 1;
    return guess;
  }
}

export interface Overlap {
  readonly at: number;
  readonly holder: NodeId;
  readonly also: NodeId;
}

/** One checker for the one invariant: at no true instant do two replicas hold. */
export class OverlapChecker {
  readonly #claims = new Map<NodeId, { clock: Clock; until: Instant }>();
  readonly overlaps: Overlap[] = [];

  holds(at: number, node: NodeId, clock: Clock, until: Instant): void {
    for (const [other, claim] of this.#claims) {
      if (other === node || claim.clock.read(at) >= claim.until) continue;
      this.overlaps.push({ at, holder: other, also: node });
    }
    this.#claims.set(node, { clock, until });
  }

  lost(node: NodeId): void {
    this.#claims.delete(node);
  }

  holdersAt(at: number): NodeId[] {
    const holding = [...this.#claims].filter(([, claim]) => claim.clock.read(at) < claim.until);
    return holding.map(([node]) => node);
  }
}

export interface Member {
  readonly id: NodeId;
  clock: Clock;
  bootId: number;
  machine: Lease | null;
  sleepsUntil: number;
  wakesAt: number | null;
}

export interface Told {
  readonly at: number;
  readonly node: NodeId;
  readonly output: LeaseOutput;
}

/** How long a frame takes, in nanoseconds, once for each copy that arrives; empty is a loss. */
export type Network = (source: NodeId, target: NodeId) => readonly number[];

export type WorldOptions = Omit<LeaseOptions, "now" | "self" | "bootId"> & {
  readonly network: Network;
  readonly clockOf: (node: NodeId) => Clock;
};

interface Event {
  readonly at: number;
  readonly order: number;
  run(): void;
}

const stepsMax = 200_000;

export class World {
  readonly checker = new OverlapChecker();
  readonly members = new Map<NodeId, Member>();
  /** What was acquired and lost, in order. */
  readonly told: Told[] = [];
  /** How often each node has asked, renewals included. */
  readonly requests = new Map<NodeId, number>();
  now = 0;
  steps = 0;
  readonly #options: WorldOptions;
  readonly #events: Event[] = [];
  #order = 0;

  constructor(options: WorldOptions) {
    this.#options = options;
    for (const id of options.nodes) {
      const clock = options.clockOf(id);
      this.members.set(id, {
        id,
        clock,
        bootId: 0,
        machine: null,
        sleepsUntil: 0,
        wakesAt: null,
      });
    }
  }

  member(id: NodeId): Member {
    const member = this.members.get(id);
    if (member === undefined) throw new Error(`no member ${id}`);
    return member;
  }

  /** @param claimsToHaveStarted for a test that lies about when the process started */
  boot(id: NodeId, claimsToHaveStarted?: Duration): void {
    const member = this.member(id);
    const { nodes, period, length, driftMaxPpm } = this.#options;
    const override = this.#options.holderLength;
    member.bootId += 1;
    const now = member.clock.read(this.now);
    member.machine = new Lease({
      now: claimsToHaveStarted === undefined ? now : instant(now - claimsToHaveStarted),
      self: id,
      bootId: member.bootId,
      nodes,
      period,
      length,
      driftMaxPpm,
      ...(override === undefined ? {} : { holderLength: override }),
    });
    this.#wake(member);
  }

  crash(id: NodeId): void {
    this.member(id).machine = null;
  }

  sleep(id: NodeId, nanos: number): void {
    this.member(id).sleepsUntil = this.now + nanos;
  }

  input(id: NodeId, input: LeaseInput | typeof timeout): void {
    const member = this.member(id);
    if (member.machine === null) return;
    if (member.sleepsUntil > this.now) {
      this.at(member.sleepsUntil, () => this.input(id, input));
      return;
    }
    this.steps += 1;
    const outputs = member.machine.step(member.clock.read(this.now), input);
    for (const output of outputs) this.#carry(member, output);
    this.#wake(member);
  }

  at(at: number, run: () => void): void {
    const event = { at, order: this.#order, run };
    this.#order += 1;
    let index = this.#events.length;
    while (index > 0 && isLater(this.#events[index - 1], event)) index -= 1;
    this.#events.splice(index, 0, event);
  }

  /** Runs all that happens before or at `until`. */
  run(until: number): void {
    for (let count = 0; count < stepsMax; count += 1) {
      const next = this.#events[0];
      if (next === undefined || next.at > until) {
        this.now = until;
        return;
      }
      this.#events.shift();
      this.now = next.at;
      next.run();
    }
    throw new Error("the world never comes to rest");
  }

  #wake(member: Member): void {
    const deadline = member.machine?.deadline() ?? null;
    if (deadline === null) return;
    const at = Math.max(member.clock.when(deadline), this.now);
    if (member.wakesAt !== null && member.wakesAt <= at && member.wakesAt > this.now) return;
    member.wakesAt = at;
    this.at(at, () => {
      if (member.wakesAt === at) member.wakesAt = null;
      this.input(member.id, timeout);
    });
  }

  #carry(member: Member, output: LeaseOutput): void {
    const { id: from, bootId } = member;
    switch (output.kind) {
      case "send-request":
        this.requests.set(from, (this.requests.get(from) ?? 0) + 1);
        this.#broadcast(from, { kind: "request", from, bootId, round: output.round });
        break;
      case "send-release":
        this.#broadcast(from, { kind: "release", from, bootId, round: output.round });
        break;
      case "send-grant": {
        const { target, bootId: claimantBootId, round } = output;
        this.#send(target, { kind: "grant", from, bootId: claimantBootId, round });
        break;
      }
      case "acquired":
      case "extended":
        this.checker.holds(this.now, from, member.clock, output.until);
        break;
      case "lost":
        this.checker.lost(from);
        break;
      default:
        unreachable(output);
    }
    if (output.kind === "acquired" || output.kind === "lost") {
      this.told.push({ at: this.now, node: from, output });
    }
  }

  #broadcast(from: NodeId, input: LeaseInput & { from: NodeId }): void {
    for (const target of this.members.keys()) if (target !== from) this.#send(target, input);
  }

  #send(target: NodeId, input: LeaseInput & { from: NodeId }): void {
    for (const delay of this.#options.network(input.from, target)) {
      this.at(this.now + delay, () => this.input(target, input));
    }
  }
}

function isLater(one: Event | undefined, other: Event): boolean {
  if (one === undefined) return false;
  return one.at > other.at || (one.at === other.at && one.order > other.order);
}
