/**
 * Gossip-style failure detection (van Renesse, Minsky and Hayden 1998): each node has a counter
 * that it raises once a period, and a table of the highest counters that it knows of the others.
 * Each period it sends the table to one random peer. Whose counter has not risen for T_fail is
 * suspected.
 *
 * One message a period per node, however large the group, and nobody's crash hides another; paid
 * for by a detection that takes tens of periods (fail-time.ts).
 *
 * A suspected peer's counter is not passed on, so that the last counter of one that has crashed
 * dies out; it is kept for T_cleanup (counters.ts).
 */
import { assert, unreachable } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import type { Timeout } from "../../kernel/machine.js";
import type { Prng } from "../../kernel/prng.js";
import { after, due, earlier, type Instant } from "../../kernel/time.js";
import type {
  Detector,
  DetectorInput,
  DetectorKind,
  DetectorOptions,
  DetectorOutput,
  DetectorSettings,
  PeerStanding,
} from "../detector.js";
import { Grid } from "../grid.js";
import { nothing, refusal, sendTo } from "../send.js";
import { WatchList } from "../watch-list.js";
import { Counters, type CounterTimes, firstCounter } from "./counters.js";
import { failTime } from "./fail-time.js";
import { type Entry, gossipBody, parseGossip, partThatFits } from "./messages.js";

const name = "gossip";

export class GossipDetector implements Detector {
  readonly #settings: DetectorSettings;
  readonly #dice: Prng;
  readonly #grid: Grid;
  readonly #list = new WatchList(name);
  readonly #counters = new Counters();
  /** Those of a group as large as it is now. */
  #times: CounterTimes;
  #own: number;
  /** No silence begins earlier: the start, or when this node was late last. */
  #listeningSince: Instant;

  constructor(options: DetectorOptions) {
    const { now, peers, period, suspectAfter, dice } = options;
    assert(period > 0 && period < suspectAfter, "a counter must be able to rise in time");
    this.#settings = options;
    this.#dice = dice;
    this.#own = firstCounter(dice);
    this.#listeningSince = now;
    this.#grid = new Grid(now, period);
    this.#times = this.#timesFor(peers.length + 1);
    for (const peer of peers) this.#watch(now, peer);
  }

  step(now: Instant, input: DetectorInput | Timeout): readonly DetectorOutput[] {
    switch (input.kind) {
      case "message":
        return this.#onMessage(now, input.from, input.body);
      case "watch":
        return this.#onWatch(now, input.peer);
      case "forget":
        return this.#onForget(input.peer);
      case "accused":
      case "refuted":
        return nothing;
      case "was-late":
        this.#listeningSince = now;
        this.#renewWaits();
        return nothing;
      case "timeout":
        return this.#onTimeout(now);
      default:
        return unreachable(input);
    }
  }

  deadline(): Instant | null {
    return earlier(this.#list.deadline(), this.#grid.next);
  }

  standing(): readonly PeerStanding[] {
    return this.#list.standing();
  }

  healthScore(): number {
    return 0;
  }

  #timesFor(members: number): CounterTimes {
    const { suspectAfter, period } = this.#settings;
    return { period, failTime: failTime(suspectAfter, period, members) };
  }

  #watch(now: Instant, peer: NodeId): void {
    this.#list.add(peer, now, after(now, this.#times.failTime));
    this.#counters.watch(peer, now);
  }

  /** In a larger group counters are longer on their way: the waits that run already grow too. */
  #onWatch(now: Instant, peer: NodeId): readonly DetectorOutput[] {
    if (this.#list.has(peer)) return nothing;
    const former = this.#times;
    this.#times = this.#timesFor(this.#list.peers.length + 2);
    this.#watch(now, peer);
    if (this.#times.failTime > former.failTime) this.#renewWaits();
    return nothing;
  }

  #renewWaits(): void {
    for (const peer of this.#list.peers) {
      const since = Math.max(this.#list.silentSince(peer), this.#listeningSince) as Instant;
      this.#list.expect(peer, after(since, this.#times.failTime));
    }
  }

  #onForget(peer: NodeId): readonly DetectorOutput[] {
    if (!this.#list.remove(peer)) return nothing;
    this.#counters.forget(peer);
    this.#times = this.#timesFor(this.#list.peers.length + 1);
    return nothing;
  }

  #onMessage(now: Instant, from: NodeId, body: unknown): readonly DetectorOutput[] {
    const gossip = parseGossip(body);
    if (gossip === null) return refusal(from);
    if (!this.#list.has(from)) return nothing;
    const outputs = [...this.#onWord(now, { peer: from, counter: gossip.own }, true)];
    for (const entry of gossip.entries) {
      // Of its own counter a node has said enough with the first field.
      if (entry.peer !== from) outputs.push(...this.#onWord(now, entry, false));
    }
    return outputs;
  }

  /** @param isOwn the peer has said it itself */
  #onWord(now: Instant, entry: Entry, isOwn: boolean): readonly DetectorOutput[] {
    const { peer, counter } = entry;
    if (!this.#counters.rises(peer, counter, isOwn, now, this.#times)) return nothing;
    return this.#list.hear(peer, now, after(now, this.#times.failTime));
  }

  #onTimeout(now: Instant): readonly DetectorOutput[] {
    const judged = this.#list.judge(now);
    const gossip = this.#grid.pass(now) ? this.#gossip() : nothing;
    assert(!due(this.deadline(), now), "a gossip or a judgement is overdue after a timeout");
    return [...judged, ...gossip];
  }

  #gossip(): readonly DetectorOutput[] {
    this.#own += 1;
    const { peers } = this.#list;
    const target = peers[peers.length === 0 ? 0 : this.#dice.below(peers.length)];
    if (target === undefined) return nothing;
    const part = partThatFits(this.#trustedEntries(target), this.#dice);
    return sendTo([target], gossipBody(this.#own, part));
  }

  /** What the target says of itself it knows better. */
  #trustedEntries(target: NodeId): readonly Entry[] {
    const told = this.#list.peers.filter((peer) => {
      return peer !== target && this.#counters.of(peer) > 0 && !this.#list.isSuspected(peer);
    });
    return told.map((peer) => ({ peer, counter: this.#counters.of(peer) }));
  }
}

export const gossipTable: DetectorKind = {
  name,
  summary: "tables of counters go to a random peer; who does not count on is suspected",
  make: (options) => new GossipDetector(options),
  detectsWithin: ({ suspectAfter, period }, members) => failTime(suspectAfter, period, members),
};
