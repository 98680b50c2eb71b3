/**
 * The voter's half of the lease: to whom this node has promised its vote, and until when.
 *
 * A voter promises to one replica at a time, from the receipt of its request for the whole length.
 * A request that comes while another has the promise is kept for a while, and granted if the
 * promise ends in time: promises end at slightly different instants on different voters, and the
 * first to ask would otherwise be refused by all whose promise lasts a moment longer.
 *
 * Nothing is written to disk. A voter that has just started cannot know what it promised before, so
 * it promises nothing, not even to itself, until every such promise is over (Trencseni, Gazso and
 * Reinhardt 2012, "PaxosLease: Diskless Paxos for Leases").
 *
 * Invariant: while a promise runs it changes only by a newer claim or a release of its own
 * claimant.
 */
import { assert } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import { after, type Duration, type Instant } from "../../kernel/time.js";

/**
 * One attempt to get or keep the lease. The boot is part of its name because a replica that starts
 * anew counts its rounds from the beginning again. Later boots of a node have greater ids.
 */
export interface Claim {
  readonly claimant: NodeId;
  readonly bootId: number;
  /** Counts the attempts of one boot, from 1. */
  readonly round: number;
}

export type Standing =
  /** Just started: an earlier boot may have promised anything. */
  | { readonly kind: "silent"; readonly until: Instant }
  | { readonly kind: "promised"; readonly claim: Claim; readonly until: Instant }
  /** `last` had the promise before; `since` is when it ended. */
  | { readonly kind: "free"; readonly since: Instant; readonly last: NodeId | null };

export interface PromiseOptions {
  /** When this node started. */
  readonly now: Instant;
  readonly nodes: readonly NodeId[];
  readonly length: Duration;
  /** How long a request waits for the promise of another to end. */
  readonly patience: Duration;
}

/** What a voter remembers of a claimant: its newest claim, and whether that one still waits. */
interface Claimant {
  claim: Claim;
  waitingSince: Instant | null;
}

export class VoterPromise {
  readonly #nodes: ReadonlySet<NodeId>;
  readonly #length: Duration;
  readonly #patience: Duration;
  /** At most one entry a node. */
  readonly #claimants = new Map<NodeId, Claimant>();
  #standing: Standing;

  constructor(options: PromiseOptions) {
    this.#nodes = new Set(options.nodes);
    this.#length = options.length;
    this.#patience = options.patience;
    this.#standing = { kind: "silent", until: after(options.now, options.length) };
  }

  get standing(): Standing {
    return this.#standing;
  }

  /** Ends a promise whose time has come. To be called first in every step. */
  settle(now: Instant): void {
    const standing = this.#standing;
    if (standing.kind === "free" || now < standing.until) return;
    const last = standing.kind === "promised" ? standing.claim.claimant : null;
    this.#standing = { kind: "free", since: standing.until, last };
  }

  /**
   * Takes a request. True: the promise is the claimant's for the whole length from now. False: the
   * claim is late or repeated and has no effect, or it waits until the promise is free.
   */
  request(now: Instant, claim: Claim): boolean {
    if (!this.#nodes.has(claim.claimant) || !this.#isNews(claim)) return false;
    const mayHave = this.#mayHave(claim.claimant);
    this.#claimants.set(claim.claimant, { claim, waitingSince: mayHave ? null : now });
    if (mayHave) this.#promise(now, claim);
    return mayHave;
  }

  /**
   * The claimant gives up this claim and all before it. True when that ended the promise.
   *
   * A release that was overtaken by a newer request of the same claimant must not end the promise:
   * the claimant counts on the newer one. Hence the comparison of rounds.
   */
  release(now: Instant, claim: Claim): boolean {
    if (!this.#nodes.has(claim.claimant) || this.#isOvertaken(claim)) return false;
    this.#claimants.set(claim.claimant, { claim, waitingSince: null });
    const standing = this.#standing;
    if (standing.kind !== "promised" || standing.claim.claimant !== claim.claimant) return false;
    if (standing.claim.bootId !== claim.bootId) return false;
    assert(standing.claim.round <= claim.round, "the promise is newer than the newest claim");
    this.#standing = { kind: "free", since: now, last: claim.claimant };
    return true;
  }

  /** Gives a free promise to whoever has waited longest, and forgets who has waited too long. */
  serve(now: Instant): Claim | null {
    if (this.#standing.kind !== "free") return null;
    let first: Claimant | null = null;
    for (const claimant of this.#claimants.values()) {
      if (claimant.waitingSince === null) continue;
      if (now >= after(claimant.waitingSince, this.#patience)) claimant.waitingSince = null;
      else if (first === null || waitedLonger(claimant, first)) first = claimant;
    }
    if (first === null) return null;
    first.waitingSince = null;
    this.#promise(now, first.claim);
    return first.claim;
  }

  #mayHave(claimant: NodeId): boolean {
    const standing = this.#standing;
    if (standing.kind === "free") return true;
    return standing.kind === "promised" && standing.claim.claimant === claimant;
  }

  #promise(now: Instant, claim: Claim): void {
    assert(this.#mayHave(claim.claimant), `the promise is not free for ${claim.claimant}`);
    this.#standing = { kind: "promised", claim, until: after(now, this.#length) };
  }

  #isNews(claim: Claim): boolean {
    const newest = this.#claimants.get(claim.claimant)?.claim;
    if (newest === undefined || claim.bootId > newest.bootId) return true;
    return claim.bootId === newest.bootId && claim.round > newest.round;
  }

  #isOvertaken(claim: Claim): boolean {
    const newest = this.#claimants.get(claim.claimant)?.claim;
    if (newest === undefined || claim.bootId > newest.bootId) return false;
    return claim.bootId < newest.bootId || claim.round < newest.round;
  }
}

/** Of two that have waited equally long, the lower name goes first. */
function waitedLonger(one: Claimant, other: Claimant): boolean {
  const oneSince = one.waitingSince ?? 0;
  const otherSince = other.waitingSince ?? 0;
  if (oneSince !== otherSince) return oneSince < otherSince;
  return one.claim.claimant < other.claim.claimant;
}
