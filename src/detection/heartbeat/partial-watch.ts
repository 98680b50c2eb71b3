/**
 * The part of central and ring heartbeat that is the same: peers of whom only some are judged, and
 * beats that ask for beats (asking.ts).
 *
 * A peer is *watched* while it is judged or suspected. One that is suspected stays watched when
 * it is no longer this node's to judge, until it is heard: otherwise a suspicion that was wrong
 * would never be taken back.
 */
import type { NodeId } from "../../kernel/ids.js";
import { after, type Duration, type Instant } from "../../kernel/time.js";
import type { DetectorOutput, PeerStanding } from "../detector.js";
import { nothing, refusal, sendTo } from "../send.js";
import { WatchList } from "../watch-list.js";
import { Askers, askingBody, parseAsking } from "./asking.js";

export class PartialWatch {
  readonly #suspectAfter: Duration;
  readonly #list: WatchList;
  readonly #askers: Askers;
  #judged: ReadonlySet<NodeId> = new Set();
  /** All peers, by name: the order of the topologies. */
  #order: readonly NodeId[] = [];
  #beats = 0;

  constructor(detector: string, suspectAfter: Duration) {
    this.#suspectAfter = suspectAfter;
    this.#list = new WatchList(detector);
    this.#askers = new Askers(suspectAfter);
  }

  /** All peers, sorted by `<`. */
  get order(): readonly NodeId[] {
    return this.#order;
  }

  get watched(): readonly NodeId[] {
    return this.#order.filter((peer) => this.#isWatched(peer));
  }

  isSuspected(peer: NodeId): boolean {
    return this.#list.isSuspected(peer);
  }

  silentSince(peer: NodeId): Instant {
    return this.#list.silentSince(peer);
  }

  /** Whether there was something to add. */
  add(peers: readonly NodeId[], now: Instant): boolean {
    const added = peers.filter((peer) => !this.#list.has(peer));
    for (const peer of added) this.#list.add(peer, now, null);
    this.#order = [...this.#list.peers].sort();
    return added.length > 0;
  }

  /** Whether it was there. */
  remove(peer: NodeId): boolean {
    if (!this.#list.remove(peer)) return false;
    this.#askers.forget(peer);
    this.#order = this.#order.filter((other) => other !== peer);
    this.#judged = new Set([...this.#judged].filter((other) => other !== peer));
    return true;
  }

  /** From now on these are judged and no others; answers those who were not before. */
  judgeOnly(peers: readonly NodeId[], now: Instant): readonly NodeId[] {
    const former = this.#judged;
    this.#judged = new Set(peers);
    for (const peer of former) if (!this.#judged.has(peer)) this.#list.expect(peer, null);
    const begun = peers.filter((peer) => !former.has(peer));
    for (const peer of begun) {
      if (this.#list.isSuspected(peer)) continue;
      this.#list.begin(peer, now, after(now, this.#suspectAfter));
    }
    return begun;
  }

  hear(from: NodeId, body: unknown, now: Instant): readonly DetectorOutput[] {
    const beat = parseAsking(body);
    if (beat === null) return refusal(from);
    if (!this.#list.has(from)) return nothing;
    const ends = this.#judged.has(from) ? after(now, this.#suspectAfter) : null;
    const heard = this.#list.hear(from, now, ends);
    const isAnswered = beat.asks && this.#askers.note(from, now);
    return isAnswered ? [...heard, ...this.beat([], [from])] : heard;
  }

  judge(now: Instant): readonly DetectorOutput[] {
    return this.#list.judge(now);
  }

  /** Who is suspected stays so until heard. */
  beginAnew(now: Instant): void {
    for (const peer of this.#judged) this.#list.expect(peer, after(now, this.#suspectAfter));
  }

  askers(now: Instant): readonly NodeId[] {
    return this.#askers.lately(now);
  }

  /** @param told who gets a beat that does not ask; who is also among `asked` gets one that does */
  beat(asked: readonly NodeId[], told: readonly NodeId[]): readonly DetectorOutput[] {
    this.#beats += 1;
    const known = new Set(asked);
    const others = [...new Set(told)].filter((peer) => !known.has(peer));
    const asking = sendTo(asked, askingBody(this.#beats, true));
    return [...asking, ...sendTo(others, askingBody(this.#beats, false))];
  }

  deadline(): Instant | null {
    return this.#list.deadline();
  }

  standing(): readonly PeerStanding[] {
    return this.#list.standing((peer) => this.#isWatched(peer));
  }

  #isWatched(peer: NodeId): boolean {
    return this.#judged.has(peer) || this.#list.isSuspected(peer);
  }
}
