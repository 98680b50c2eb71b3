/**
 * All-to-all heartbeat: every replica beats to every other once a period, and suspects a peer whose
 * silence outlasts its allowance (Aguilera, Chen and Toueg 1997; the allowance that grows with each
 * mistake is that of Chandra and Toueg 1996, there by a constant, here by doubling).
 *
 * Silence is judged by the monitor's own clock alone; the beats' times of sending are not
 * compared. A monitor that slept cannot tell a peer's silence from its own deafness: told
 * `was-late`, it judges nobody and lets every silence begin anew.
 *
 * Invariant: after a timeout at `now`, the silence of every trusted peer ends later than `now`, and
 * so does the wait for the next beat.
 */
import { assert, unreachable } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import type { Machine, Timeout } from "../../kernel/machine.js";
import {
  after,
  type Duration,
  due,
  earlier,
  elapsed,
  type Instant,
  micros,
} from "../../kernel/time.js";

export type HeartbeatInput =
  | { readonly kind: "beat"; readonly from: NodeId }
  /** This node was woken so late that the silences it sees may be its own. */
  | { readonly kind: "was-late" };

export type HeartbeatOutput =
  /** To all peers. `count` is the number of this beat since the start, from 1. */
  | { readonly kind: "send-beat"; readonly count: number }
  | { readonly kind: "peer-suspected"; readonly peer: NodeId; readonly silence: Duration }
  | { readonly kind: "peer-trusted"; readonly peer: NodeId };

export interface HeartbeatOptions {
  readonly now: Instant;
  /** All replicas but this one, each once. Nobody else's beats count. */
  readonly peers: readonly NodeId[];
  readonly period: Duration;
  /** The first allowance: how long a peer may be silent. More than `period`. */
  readonly suspectAfter: Duration;
  /**
   * To where a peer's allowance may grow by its late beats. Left out, it stays `suspectAfter`: the
   * time of detection is then fixed, and a slow peer is suspected as often as it is slow.
   */
  readonly allowanceMax?: Duration;
}

export type PeerStatus = "trusted" | "suspected";

/** What the dashboard shows of one peer. */
export interface PeerStanding {
  readonly peer: NodeId;
  readonly status: PeerStatus;
  /** When the peer was last heard, on this node's clock; the start, if never. */
  readonly silentSince: Instant;
  /** How often the peer has been suspected since the start. */
  readonly suspicions: number;
}

interface Peer {
  status: PeerStatus;
  allowance: Duration;
  silentSince: Instant;
  silenceEnds: Instant;
  suspicions: number;
}

export class HeartbeatMonitor implements Machine<HeartbeatInput, HeartbeatOutput> {
  readonly #period: Duration;
  readonly #allowanceMax: Duration;
  readonly #peers = new Map<NodeId, Peer>();
  #nextBeat: Instant;
  #beats = 0;

  constructor(options: HeartbeatOptions) {
    const { now, peers, period, suspectAfter, allowanceMax } = options;
    assert(period > 0 && period < suspectAfter, "a peer must be able to beat within its allowance");
    this.#period = period;
    this.#allowanceMax = allowanceMax ?? suspectAfter;
    assert(suspectAfter <= this.#allowanceMax, "suspectAfter exceeds allowanceMax");
    this.#nextBeat = now;
    for (const peer of peers) {
      assert(!this.#peers.has(peer), `peer ${peer} is listed twice`);
      this.#peers.set(peer, {
        status: "trusted",
        allowance: suspectAfter,
        silentSince: now,
        silenceEnds: after(now, suspectAfter),
        suspicions: 0,
      });
    }
  }

  step(now: Instant, input: HeartbeatInput | Timeout): readonly HeartbeatOutput[] {
    switch (input.kind) {
      case "beat":
        return this.#onBeat(now, input.from);
      case "was-late":
        return this.#onWasLate(now);
      case "timeout":
        return this.#onTimeout(now);
      default:
        return unreachable(input);
    }
  }

  deadline(): Instant | null {
    let first: Instant | null = this.#nextBeat;
    for (const peer of this.#peers.values()) {
      if (peer.status === "trusted") first = earlier(first, peer.silenceEnds);
    }
    return first;
  }

  /** In the order of the peers in the options. */
  standing(): readonly PeerStanding[] {
    return [...this.#peers].map(([peer, { status, silentSince, suspicions }]) => ({
      peer,
      status,
      silentSince,
      suspicions,
    }));
  }

  #onBeat(now: Instant, from: NodeId): readonly HeartbeatOutput[] {
    const peer = this.#peers.get(from);
    // A beat of a stranger is news for membership, not for us.
    if (peer === undefined) return [];

    const wasSuspected = peer.status === "suspected";
    if (wasSuspected) peer.allowance = micros(Math.min(peer.allowance * 2, this.#allowanceMax));
    peer.status = "trusted";
    peer.silentSince = now;
    peer.silenceEnds = after(now, peer.allowance);
    return wasSuspected ? [{ kind: "peer-trusted", peer: from }] : [];
  }

  /** Who is suspected stays so until heard: our sleep is no proof of its health. */
  #onWasLate(now: Instant): readonly HeartbeatOutput[] {
    for (const peer of this.#peers.values()) {
      if (peer.status === "trusted") peer.silenceEnds = after(now, peer.allowance);
    }
    return [];
  }

  #onTimeout(now: Instant): readonly HeartbeatOutput[] {
    const outputs: HeartbeatOutput[] = [];
    if (due(this.#nextBeat, now)) outputs.push(this.#beat(now));
    for (const [id, peer] of this.#peers) {
      if (peer.status === "suspected" || now < peer.silenceEnds) continue;
      peer.status = "suspected";
      peer.suspicions += 1;
      const silence = elapsed(peer.silentSince, now);
      outputs.push({ kind: "peer-suspected", peer: id, silence });
    }
    assert(!due(this.deadline(), now), "a beat or a judgement is overdue after a timeout");
    return outputs;
  }

  /** Beats lie on a grid from the start; those that a sleep has missed are not made up for. */
  #beat(now: Instant): HeartbeatOutput {
    const missed = Math.floor(elapsed(this.#nextBeat, now) / this.#period);
    this.#nextBeat = after(this.#nextBeat, micros((missed + 1) * this.#period));
    this.#beats += 1;
    return { kind: "send-beat", count: this.#beats };
  }
}
