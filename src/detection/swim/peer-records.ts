/**
 * What the prober remembers of single peers: when each was last heard, and whom it suspects.
 *
 * Nothing is kept of a peer that is trusted and was not heard lately, since most pairs of a large
 * fleet never exchange a word. So of the peers heard before the last `heardMax`, only a bound is
 * known: they have been silent *at least* since the newest entry that made room.
 */
import type { NodeId } from "../../kernel/ids.js";
import type { Instant } from "../../kernel/time.js";
import type { PeerStatus } from "../detector.js";

/** Peers whose last word is remembered; of a fleet up to this size, that is all. */
export const heardMax = 1_024;

interface Suspicions {
  status: PeerStatus;
  count: number;
}

export class PeerRecords {
  readonly #start: Instant;
  /** When each was heard itself, the longest silent first. */
  readonly #heardAt = new Map<NodeId, Instant>();
  /** Of peers whose newest word was passed on by a relay. */
  readonly #relayedAt = new Map<NodeId, Instant>();
  /** Of newcomers that were not heard yet. */
  readonly #watchedAt = new Map<NodeId, Instant>();
  readonly #suspicions = new Map<NodeId, Suspicions>();
  #droppedAt: Instant | null = null;

  constructor(start: Instant) {
    this.#start = start;
  }

  watch(peer: NodeId, now: Instant): void {
    this.#watchedAt.set(peer, now);
  }

  forget(peer: NodeId): void {
    this.#watchedAt.delete(peer);
    this.#heardAt.delete(peer);
    this.#relayedAt.delete(peer);
    this.#suspicions.delete(peer);
  }

  /** Whether the peer was suspected until this word of its own. */
  hear(peer: NodeId, now: Instant): boolean {
    this.#watchedAt.delete(peer);
    this.#relayedAt.delete(peer);
    this.#heardAt.delete(peer);
    this.#heardAt.set(peer, now);
    if (this.#heardAt.size > heardMax) this.#dropLongestSilent();
    return this.#trust(peer);
  }

  /** The same, of a word that a relay has passed on. */
  hearByRelay(peer: NodeId, now: Instant): boolean {
    this.#watchedAt.delete(peer);
    this.#relayedAt.set(peer, now);
    return this.#trust(peer);
  }

  /** Trusts it again without having heard it; whether it was suspected until now. */
  forgive(peer: NodeId): boolean {
    return this.#trust(peer);
  }

  /** Whether the peer was trusted until now. */
  suspect(peer: NodeId): boolean {
    const suspicions = this.#suspicions.get(peer) ?? { status: "trusted", count: 0 };
    if (suspicions.status === "suspected") return false;
    suspicions.status = "suspected";
    suspicions.count += 1;
    this.#suspicions.set(peer, suspicions);
    return true;
  }

  /** Whether the peer's own messages have reached this node since `start`. */
  wasHeardItself(peer: NodeId, start: number): boolean {
    const at = this.#heardAt.get(peer);
    return at !== undefined && at >= start;
  }

  silentSince(peer: NodeId): Instant {
    // A relay's word, if it is known at all, is newer than the peer's own.
    const heard = this.#relayedAt.get(peer) ?? this.#heardAt.get(peer);
    return heard ?? this.#watchedAt.get(peer) ?? this.#droppedAt ?? this.#start;
  }

  statusOf(peer: NodeId): PeerStatus {
    return this.#suspicions.get(peer)?.status ?? "trusted";
  }

  suspicionsOf(peer: NodeId): number {
    return this.#suspicions.get(peer)?.count ?? 0;
  }

  #trust(peer: NodeId): boolean {
    const suspicions = this.#suspicions.get(peer);
    if (suspicions === undefined || suspicions.status === "trusted") return false;
    suspicions.status = "trusted";
    return true;
  }

  #dropLongestSilent(): void {
    for (const [peer, at] of this.#heardAt) {
      this.#heardAt.delete(peer);
      this.#droppedAt = at;
      return;
    }
  }
}
