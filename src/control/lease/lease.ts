/**
 * The lease: the right to drive the outputs, held by one replica at a time and only while it hears
 * a majority.
 *
 * A replica asks all voters (every replica is one) for a promise of bounded length. With promises
 * of a majority it holds the lease; it asks again each period and so extends it. Two majorities
 * share a voter, and a voter promises to one at a time, so two replicas can hold at once only if
 * one still believes after its voters' promises are over. It does not: it counts a shorter time
 * from an earlier instant (see length.ts). That needs no synchronised clocks, only clocks of
 * bounded drift (Gray and Cheriton 1989; Trencseni et al. 2012 for the majority without a disk).
 *
 * Invariant: a step with `now` at or after `until` tells `lost` before it does anything else.
 */
import { assert, unreachable } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import type { Machine, Timeout } from "../../kernel/machine.js";
import { after, type Duration, due, earlier, type Instant } from "../../kernel/time.js";
import type { GiveUpReason } from "../right/ports.js";
import { holderLength } from "./length.js";
import { type Claim, VoterPromise } from "./promise.js";
import { Rounds } from "./rounds.js";
import { Turns } from "./turns.js";

export type LeaseLossReason = "expired" | GiveUpReason;

export type LeaseInput =
  /** `bootId` is that of the sender, from its envelope. */
  | {
      readonly kind: "request";
      readonly from: NodeId;
      readonly bootId: number;
      readonly round: number;
    }
  /** `bootId` is that of the claimant for which the voter `from` granted, from the body. */
  | {
      readonly kind: "grant";
      readonly from: NodeId;
      readonly bootId: number;
      readonly round: number;
    }
  /** `bootId` is that of the sender, from its envelope. */
  | {
      readonly kind: "release";
      readonly from: NodeId;
      readonly bootId: number;
      readonly round: number;
    }
  /** Whether this replica may ask for the lease and hold it. At first it may not. */
  | { readonly kind: "eligible"; readonly eligible: boolean }
  | { readonly kind: "give-up"; readonly reason: GiveUpReason }
  | { readonly kind: "peer-suspected"; readonly peer: NodeId }
  | { readonly kind: "peer-trusted"; readonly peer: NodeId };

export type LeaseOutput =
  /** To all peers. */
  | { readonly kind: "send-request"; readonly round: number }
  | {
      readonly kind: "send-grant";
      readonly target: NodeId;
      readonly bootId: number;
      readonly round: number;
    }
  /** To all peers. Comes after `lost`: the outputs must be let go before this is sent. */
  | { readonly kind: "send-release"; readonly round: number }
  /** The outputs may be driven while this node's clock shows less than `until`. */
  | { readonly kind: "acquired"; readonly until: Instant }
  | { readonly kind: "extended"; readonly until: Instant }
  /** From now on the outputs must not be driven. */
  | { readonly kind: "lost"; readonly reason: LeaseLossReason };

export interface LeaseOptions {
  /** When this process started: nothing is promised before `now + length`. */
  readonly now: Instant;
  readonly self: NodeId;
  /** Of this start of `self`; greater than that of every earlier one. */
  readonly bootId: number;
  /** All replicas, `self` included, sorted by `<`, each once. */
  readonly nodes: readonly NodeId[];
  /** A holder renews, and an attempt is given up, once in this time. */
  readonly period: Duration;
  /** How long a voter's promise lasts: more than `period`, at most `leaseLengthMax`. */
  readonly length: Duration;
  /** How far any clock's rate may be from that of true time. */
  readonly driftMaxPpm: number;
  /** For tests, which show that a longer one is unsafe: instead of that of `holderLength`. */
  readonly holderLength?: Duration;
}

/** For the dashboard. `holder` is whom this node believes to hold or to be getting the lease. */
export interface LeaseView {
  readonly self: boolean;
  readonly holder: NodeId | null;
  /** The end of what this node holds or has promised, on its own clock. */
  readonly until: Instant | null;
}

type Role =
  | { readonly kind: "waiting" }
  | { readonly kind: "asking"; readonly rounds: Rounds; readonly endsAt: Instant }
  | {
      readonly kind: "holding";
      readonly rounds: Rounds;
      readonly renewsAt: Instant;
      readonly until: Instant;
    };

const waiting: Role = { kind: "waiting" };

export class Lease implements Machine<LeaseInput, LeaseOutput> {
  readonly #options: LeaseOptions;
  readonly #holderLength: Duration;
  readonly #promise: VoterPromise;
  readonly #turns: Turns;
  #role: Role = waiting;
  #eligible = false;
  /** The newest round that this boot has sent; 0 before the first. */
  #round = 0;
  #outputs: LeaseOutput[] = [];

  constructor(options: LeaseOptions) {
    const { now, self, nodes, length, period, driftMaxPpm } = options;
    const beliefLength = options.holderLength ?? holderLength(length, driftMaxPpm);
    assert(period > 0 && beliefLength > period, "a lease must outlast the period of its renewal");
    assert(isSorted(nodes), "the nodes are sorted, each once");
    this.#options = options;
    this.#holderLength = beliefLength;
    this.#promise = new VoterPromise({ now, nodes, length, patience: period });
    this.#turns = new Turns(now, self, nodes, period);
  }

  step(now: Instant, input: LeaseInput | Timeout): readonly LeaseOutput[] {
    this.#outputs = [];
    this.#expire(now);
    this.#promise.settle(now);
    this.#take(now, input);
    this.#advance(now);
    assert(!due(this.deadline(), now), `the lease is still due at ${now} after a step`);
    return this.#outputs;
  }

  deadline(): Instant | null {
    const standing = this.#promise.standing;
    const promiseEnds = standing.kind === "free" ? null : standing.until;
    return earlier(promiseEnds, this.#roleDeadline());
  }

  holder(): LeaseView {
    const role = this.#role;
    if (role.kind === "holding") {
      return { self: true, holder: this.#options.self, until: role.until };
    }
    const standing = this.#promise.standing;
    if (standing.kind !== "promised") return { self: false, holder: null, until: null };
    return { self: false, holder: standing.claim.claimant, until: standing.until };
  }

  /** A lease whose time has come is lost whatever the step is about, also after a long sleep. */
  #expire(now: Instant): void {
    if (this.#role.kind === "holding" && now >= this.#role.until) this.#lose(now, "expired");
  }

  #take(now: Instant, input: LeaseInput | Timeout): void {
    switch (input.kind) {
      case "request":
        this.#onRequest(now, input);
        break;
      case "grant":
        this.#onGrant(now, input);
        break;
      case "release":
        this.#onRelease(now, input);
        break;
      case "eligible":
        this.#onEligible(now, input.eligible);
        break;
      case "give-up":
        this.#onGiveUp(now, input.reason);
        break;
      case "peer-suspected":
        this.#turns.suspect(input.peer);
        break;
      case "peer-trusted":
        this.#turns.trust(input.peer);
        break;
      case "timeout":
        break;
      default:
        unreachable(input);
    }
  }

  #onRequest(now: Instant, input: Extract<LeaseInput, { kind: "request" }>): void {
    if (input.from === this.#options.self) return;
    const standing = this.#promise.standing;
    const renews = standing.kind === "promised" && standing.claim.claimant === input.from;
    const claim = { claimant: input.from, bootId: input.bootId, round: input.round };
    if (!this.#promise.request(now, claim)) return;
    if (renews) this.#turns.settled();
    this.#sendGrant(claim);
  }

  #onGrant(now: Instant, input: Extract<LeaseInput, { kind: "grant" }>): void {
    // A grant to an earlier boot of ours counts from a request that this boot did not send.
    if (input.bootId !== this.#options.bootId || !this.#options.nodes.includes(input.from)) return;
    if (input.from === this.#options.self) return;
    this.#count(now, input.round, input.from);
  }

  #onRelease(now: Instant, input: Extract<LeaseInput, { kind: "release" }>): void {
    if (input.from === this.#options.self) return;
    const claim = { claimant: input.from, bootId: input.bootId, round: input.round };
    this.#promise.release(now, claim);
  }

  #onEligible(now: Instant, eligible: boolean): void {
    this.#eligible = eligible;
    if (!eligible) this.#stop(now, "released");
  }

  #onGiveUp(now: Instant, reason: GiveUpReason): void {
    this.#stop(now, reason);
    this.#turns.pause(now, this.#options.period);
  }

  /** What is due, whatever came in: the end of an attempt, a kept request, a turn, a renewal. */
  #advance(now: Instant): void {
    const role = this.#role;
    if (role.kind === "asking" && now >= role.endsAt) this.#withdraw(now);
    const served = this.#promise.serve(now);
    if (served !== null) this.#sendGrant(served);
    if (due(this.#turn(), now)) this.#ask(now);
    if (role.kind === "holding" && now >= role.renewsAt) {
      this.#role = { ...role, renewsAt: after(now, this.#options.period) };
      this.#openRound(now, role.rounds);
    }
  }

  #ask(now: Instant): void {
    const rounds = new Rounds(this.#options.nodes.length);
    this.#role = { kind: "asking", rounds, endsAt: after(now, this.#options.period) };
    this.#openRound(now, rounds);
  }

  /** Asks the peers, and oneself: one's own vote counts from the sending like that of any other. */
  #openRound(now: Instant, rounds: Rounds): void {
    this.#round += 1;
    rounds.open(this.#round, now);
    this.#outputs.push({ kind: "send-request", round: this.#round });
    const granted = this.#promise.request(now, this.#ownClaim());
    assert(granted, "asked for the lease while the own vote was promised to another");
    this.#count(now, this.#round, this.#options.self);
  }

  #count(now: Instant, round: number, voter: NodeId): void {
    const role = this.#role;
    if (role.kind === "waiting") return;
    const sentAt = role.rounds.grant(round, voter);
    if (sentAt === null) return;
    const until = after(sentAt, this.#holderLength);
    // Grants so slow that the belief is over already are worth nothing.
    if (until <= now) return;
    if (role.kind === "asking") this.#acquire(sentAt, until, role.rounds);
    else this.#extend(role, until);
  }

  #acquire(sentAt: Instant, until: Instant, rounds: Rounds): void {
    this.#role = { kind: "holding", rounds, renewsAt: after(sentAt, this.#options.period), until };
    this.#turns.settled();
    this.#outputs.push({ kind: "acquired", until });
  }

  #extend(role: Extract<Role, { kind: "holding" }>, until: Instant): void {
    assert(until > role.until, "a later round ends an earlier lease");
    this.#role = { ...role, until };
    this.#outputs.push({ kind: "extended", until });
  }

  #stop(now: Instant, reason: GiveUpReason): void {
    if (this.#role.kind === "holding") this.#lose(now, reason);
    if (this.#role.kind === "asking") this.#withdraw(now);
  }

  #lose(now: Instant, reason: LeaseLossReason): void {
    this.#outputs.push({ kind: "lost", reason });
    this.#turns.pause(now, this.#options.period);
    this.#release(now);
  }

  #withdraw(now: Instant): void {
    this.#turns.failed(now);
    this.#release(now);
  }

  /** With the role its open rounds are gone: a grant that is still on its way will not count. */
  #release(now: Instant): void {
    this.#role = waiting;
    this.#promise.release(now, this.#ownClaim());
    this.#outputs.push({ kind: "send-release", round: this.#round });
  }

  #sendGrant(claim: Claim): void {
    const { claimant, bootId, round } = claim;
    this.#outputs.push({ kind: "send-grant", target: claimant, bootId, round });
  }

  /** When this replica may ask, or null while it may not. */
  #turn(): Instant | null {
    const standing = this.#promise.standing;
    if (!this.#eligible || this.#role.kind !== "waiting" || standing.kind !== "free") return null;
    if (!this.#turns.hearsMajority()) return null;
    return this.#turns.turn(standing.since, standing.last);
  }

  #roleDeadline(): Instant | null {
    const role = this.#role;
    switch (role.kind) {
      case "waiting":
        return this.#turn();
      case "asking":
        return role.endsAt;
      case "holding":
        return earlier(role.renewsAt, role.until);
      default:
        return unreachable(role);
    }
  }

  #ownClaim(): Claim {
    return { claimant: this.#options.self, bootId: this.#options.bootId, round: this.#round };
  }
}

function isSorted(nodes: readonly NodeId[]): boolean {
  return nodes.every((node, index) => index === 0 || (nodes[index - 1] as NodeId) < node);
}
