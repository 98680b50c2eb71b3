/**
 * Whose turn is it to ask for a lease that has become free? Were all to ask at once, each would
 * promise itself its own vote and nobody would have a majority. So the replicas ask in an order
 * that each works out alone: by rank among those that it does not suspect, the last holder at the
 * end, one `spacing` apart. Views may differ and turns collide; that costs time and never safety.
 *
 * After an attempt that failed a replica waits the longer the more attempts have failed, and each
 * replica another time, by its fixed place in the list of nodes: ranks may be equal by mistake, and
 * an order that collides once must not collide for ever. The spacing grows to two periods, which
 * untangles them as long as a frame takes less than that.
 */
import { assert } from "../../kernel/assert.js";
import { majorityOf, type NodeId } from "../../kernel/ids.js";
import { after, type Duration, type Instant, instant, micros } from "../../kernel/time.js";

/** The spacing doubles with each failed attempt at most this often. */
const doublingsMax = 3;

export class Turns {
  readonly #self: NodeId;
  readonly #nodes: readonly NodeId[];
  readonly #place: number;
  readonly #spacing: Duration;
  readonly #suspected = new Set<NodeId>();
  #failures = 0;
  #notBefore: Instant;

  /** @param period the renewal period; the spacing of turns is a quarter of it. */
  constructor(now: Instant, self: NodeId, nodes: readonly NodeId[], period: Duration) {
    this.#self = self;
    this.#nodes = nodes;
    this.#place = nodes.indexOf(self);
    assert(this.#place >= 0, `${self} is not one of the nodes`);
    this.#spacing = micros(Math.max(Math.floor(period / 4), 1));
    this.#notBefore = now;
  }

  suspect(peer: NodeId): void {
    if (peer !== this.#self && this.#nodes.includes(peer)) this.#suspected.add(peer);
  }

  trust(peer: NodeId): void {
    this.#suspected.delete(peer);
  }

  /** A replica that hears no majority could not win, and would only be in the way. */
  hearsMajority(): boolean {
    return this.#nodes.length - this.#suspected.size >= majorityOf(this.#nodes.length);
  }

  /** When this replica may ask, if the lease has been free since `since` and was held by `last`. */
  turn(since: Instant, last: NodeId | null): Instant {
    const inOrder = after(since, micros(this.#rank(last) * this.#spacing));
    return instant(Math.max(inOrder, this.#notBefore));
  }

  /** Nothing is asked for before `now + wait`. */
  pause(now: Instant, wait: Duration): void {
    const end = after(now, wait);
    if (end > this.#notBefore) this.#notBefore = end;
  }

  failed(now: Instant): void {
    this.#failures = Math.min(this.#failures + 1, doublingsMax);
    this.pause(now, micros(this.#spacing * 2 ** this.#failures * (this.#place + 1)));
  }

  /** Somebody holds the lease and keeps it: past failures tell nothing about the next attempt. */
  settled(): void {
    this.#failures = 0;
  }

  #rank(last: NodeId | null): number {
    const others = this.#nodes.filter((node) => node !== this.#self && !this.#suspected.has(node));
    if (last === this.#self) return others.length;
    return others.filter((node) => node !== last && node < this.#self).length;
  }
}
