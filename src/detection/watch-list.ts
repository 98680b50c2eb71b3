/**
 * The peers that a node watches: whom it trusts, since when each is silent, and when its patience
 * with each ends. How long that patience is, and what counts as a word of the peer, is the
 * business of the detector.
 *
 * Hearing a peer moves the end of its wait, and in a group of n that happens n times a period. So
 * the list does not look for the earliest end each time, but keeps an instant that is never later;
 * a timeout that comes too early because of it judges nobody and finds the true one.
 *
 * Invariants: `suspected` and `trusted` of one peer alternate. After `judge(now)` the deadline is
 * later than `now`.
 */
import { assert } from "../kernel/assert.js";
import type { NodeId } from "../kernel/ids.js";
import { due, earlier, elapsed, type Instant } from "../kernel/time.js";
import type { DetectorOutput, PeerStanding, PeerStatus } from "./detector.js";
import { type Attempt, attemptsMax } from "./evidence.js";
import { nothing } from "./send.js";

interface Watched {
  status: PeerStatus;
  /** When the peer was last heard; when it was first watched, if never. */
  silentSince: Instant;
  /** When a trusted peer is suspected unless heard; null while nothing is expected of it. */
  ends: Instant | null;
  suspicions: number;
}

const noAttempts = (): readonly Attempt[] => [];

export class WatchList {
  readonly #detector: string;
  readonly #watched = new Map<NodeId, Watched>();
  /** Made when it is asked for, and new whenever it has changed: it travels in outputs. */
  #peers: readonly NodeId[] | null = null;
  /** Never later than the first end of a trusted peer's wait. */
  #earliest: Instant | null = null;

  /** @param detector the name that evidence gives */
  constructor(detector: string) {
    this.#detector = detector;
  }

  /** In the order in which they were added. */
  get peers(): readonly NodeId[] {
    this.#peers ??= [...this.#watched.keys()];
    return this.#peers;
  }

  has(peer: NodeId): boolean {
    return this.#watched.has(peer);
  }

  isSuspected(peer: NodeId): boolean {
    return this.#of(peer).status === "suspected";
  }

  silentSince(peer: NodeId): Instant {
    return this.#of(peer).silentSince;
  }

  add(peer: NodeId, now: Instant, ends: Instant | null): void {
    assert(!this.#watched.has(peer), `peer ${peer} is listed twice`);
    this.#watched.set(peer, { status: "trusted", silentSince: now, ends, suspicions: 0 });
    this.#peers = null;
    this.#earliest = earlier(this.#earliest, ends);
  }

  /** Whether it was there. */
  remove(peer: NodeId): boolean {
    this.#peers = null;
    return this.#watched.delete(peer);
  }

  /** Moves the end of the wait. A suspected peer keeps its status whatever the end is. */
  expect(peer: NodeId, ends: Instant | null): void {
    const watched = this.#of(peer);
    watched.ends = ends;
    if (watched.status === "trusted") this.#earliest = earlier(this.#earliest, ends);
  }

  /** From now on the peer is listened for: silence before was not its own. */
  begin(peer: NodeId, now: Instant, ends: Instant | null): void {
    this.#of(peer).silentSince = now;
    this.expect(peer, ends);
  }

  /** @param ends when the peer is suspected next, unless heard again */
  hear(peer: NodeId, now: Instant, ends: Instant | null): readonly DetectorOutput[] {
    const watched = this.#of(peer);
    const wasSuspected = watched.status === "suspected";
    watched.status = "trusted";
    watched.silentSince = now;
    watched.ends = ends;
    this.#earliest = earlier(this.#earliest, ends);
    return wasSuspected ? [{ kind: "peer-trusted", peer }] : nothing;
  }

  /** Suspects whose wait has ended. */
  judge(now: Instant, attemptsOf: (peer: NodeId) => readonly Attempt[] = noAttempts) {
    if (!due(this.#earliest, now)) return nothing;
    const outputs: DetectorOutput[] = [];
    this.#earliest = null;
    for (const [peer, watched] of this.#watched) {
      if (watched.status === "suspected") continue;
      if (due(watched.ends, now)) {
        outputs.push(this.#suspect(peer, watched, now, attemptsOf(peer)));
      } else this.#earliest = earlier(this.#earliest, watched.ends);
    }
    return outputs;
  }

  deadline(): Instant | null {
    return this.#earliest;
  }

  /** @param isShown leaves out those whom others watch */
  standing(isShown: (peer: NodeId) => boolean = () => true): readonly PeerStanding[] {
    const shown = [...this.#watched].filter(([peer]) => isShown(peer));
    return shown.map(([peer, { status, silentSince, suspicions }]) => ({
      peer,
      status,
      silentSince,
      suspicions,
    }));
  }

  #suspect(
    peer: NodeId,
    watched: Watched,
    now: Instant,
    attempts: readonly Attempt[],
  ): DetectorOutput {
    assert(attempts.length <= attemptsMax, "an evidence lists too many attempts");
    watched.status = "suspected";
    watched.suspicions += 1;
    const silence = elapsed(watched.silentSince, now);
    const detector = this.#detector;
    const evidence = { detector, at: now, silence, attempts, healthScore: 0 };
    return { kind: "peer-suspected", peer, evidence };
  }

  #of(peer: NodeId): Watched {
    const watched = this.#watched.get(peer);
    assert(watched !== undefined, `${peer} is not watched`);
    return watched;
  }
}
