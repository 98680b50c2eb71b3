/**
 * The probes that this node has in flight for others. A relay pings under a number of its own, and
 * the ack goes on to the origin under the origin's. Where there is no ack by 80 % of the time-out,
 * a nack tells the origin that at least the relay lives and was heard (Lifeguard, section 4).
 *
 * An origin has one probe at a time, so its newer request takes the place of its older one: nobody
 * fills the table alone. At `relayedMax` origins at once the oldest request makes room, and neither
 * its ack nor its nack is sent.
 */
import type { NodeId } from "../../kernel/ids.js";
import { due, earlier, type Instant } from "../../kernel/time.js";

export interface RelayedProbe {
  /** The number under which this node has pinged. */
  readonly seq: number;
  readonly target: NodeId;
  readonly origin: NodeId;
  readonly originSeq: number;
  /** When the origin is told that there was no ack; null where it is not told. */
  readonly nackAt: Instant | null;
  /** An ack after this is of no use to the origin. */
  readonly endsAt: Instant;
}

/** Origins whose probes are in flight at once. */
export const relayedMax = 64;

export class RelayedProbes {
  /** In the order in which they were asked for. */
  #probes: RelayedProbe[] = [];

  get length(): number {
    return this.#probes.length;
  }

  add(probe: RelayedProbe, now: Instant): void {
    const kept = this.#probes.filter(
      ({ origin, endsAt }) => origin !== probe.origin && endsAt > now,
    );
    this.#probes = [...kept.slice(-(relayedMax - 1)), probe];
  }

  /** Takes out the probe that an ack of `target` answers. */
  take(target: NodeId, seq: number): RelayedProbe | null {
    const place = this.#probes.findIndex((probe) => probe.seq === seq && probe.target === target);
    if (place < 0) return null;
    return this.#probes.splice(place, 1)[0] ?? null;
  }

  /** Those whose nack is due; each is told once, and its ack may still come. */
  nacksDue(now: Instant): readonly RelayedProbe[] {
    if (!due(this.nextNackAt(), now)) return [];
    const told = this.#probes.filter(({ nackAt }) => due(nackAt, now));
    this.#probes = this.#probes.map((probe) =>
      due(probe.nackAt, now) ? { ...probe, nackAt: null } : probe,
    );
    return told;
  }

  /** This node was late: acks may lie in its own queue, so it does not say that there were none. */
  withdrawNacks(): void {
    this.#probes = this.#probes.map((probe) => ({ ...probe, nackAt: null }));
  }

  forget(peer: NodeId): void {
    this.#probes = this.#probes.filter(({ origin, target }) => origin !== peer && target !== peer);
  }

  nextNackAt(): Instant | null {
    let first: Instant | null = null;
    for (const { nackAt } of this.#probes) first = earlier(first, nackAt);
    return first;
  }
}
