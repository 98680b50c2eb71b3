/**
 * A link that loses, doubles, delays and blocks on request, around one that works: for the demo and
 * for faults that are injected into a live cluster. It has dice of its own, so that a run with the
 * same seed and the same frames loses the same ones.
 *
 * Faults act where frames are sent; a blocked source is cut off where they come in, which makes a
 * partition of one direction out of one replica alone.
 */
import { assert } from "../kernel/assert.js";
import type { NodeId } from "../kernel/ids.js";
import { Prng } from "../kernel/prng.js";
import type { Duration } from "../kernel/time.js";
import { claimedSource } from "../wire/envelope.js";
import type { LinkCounts } from "../wire/link.js";
import { parseAddress } from "./address.js";
import type { AddressedLink, ClosableLink, DatagramSink } from "./addressed-link.js";
import type { LineStatus } from "./stream-link.js";

export type { ClosableLink } from "./addressed-link.js";

export interface LinkFaults {
  /** The probability that a frame is lost, from 0 to 1, drawn for each target. */
  readonly loss: number;
  /** The probability that a frame is sent twice, from 0 to 1. */
  readonly duplicate: number;
  /** How long each frame is held back. */
  readonly delay: Duration;
  readonly blockedTargets: readonly NodeId[];
  /** By the name that a frame claims, which here is good enough. */
  readonly blockedSources: readonly NodeId[];
}

export const noLinkFaults: LinkFaults = {
  loss: 0,
  duplicate: 0,
  delay: 0 as Duration,
  blockedTargets: [],
  blockedSources: [],
};

export interface FaultCounts {
  readonly lost: number;
  readonly duplicated: number;
  readonly delayed: number;
  readonly blocked: number;
}

export interface FaultyLinkOptions<Inner extends ClosableLink = ClosableLink> {
  readonly seed: number;
  readonly onDatagram: DatagramSink;
  /** Opens the link that works, which calls `onDatagram` with what comes in. */
  readonly connect: (onDatagram: DatagramSink) => Promise<Inner>;
}

/** Frames held back at one time; more are lost, as in a router. */
export const delayedMax = 4_096;

/** Around a link that learns addresses it is such a link itself. */
export class FaultyLink<Inner extends ClosableLink = ClosableLink> implements ClosableLink {
  readonly #link: Inner;
  readonly #prng: Prng;
  readonly #gate: SourceGate;
  readonly #timers = new Set<NodeJS.Timeout>();
  /** By peer, the address that was set: frames to a bare address may be meant for a peer. */
  readonly #addresses = new Map<NodeId, string>();
  #faults = noLinkFaults;
  #lost = 0;
  #duplicated = 0;
  #delayed = 0;
  #blocked = 0;

  private constructor(link: Inner, gate: SourceGate, seed: number) {
    this.#link = link;
    this.#gate = gate;
    this.#prng = new Prng(seed).split("faulty-link");
  }

  /** Rejects as `connect` does. */
  static async open<Inner extends ClosableLink>(
    options: FaultyLinkOptions<Inner>,
  ): Promise<FaultyLink<Inner>> {
    const gate = new SourceGate(options.onDatagram);
    const link = await options.connect((bytes, origin) => gate.pass(bytes, origin));
    return new FaultyLink(link, gate, options.seed);
  }

  /** From now on these faults and no others; a field that is not named is without fault. */
  setFaults(faults: Partial<LinkFaults>): void {
    const next = { ...noLinkFaults, ...faults };
    for (const probability of [next.loss, next.duplicate]) {
      assert(probability >= 0 && probability <= 1, `not a probability: ${probability}`);
    }
    this.#faults = next;
    this.#gate.blocked = next.blockedSources;
  }

  send(targets: readonly NodeId[], bytes: Uint8Array): void {
    const { blockedTargets } = this.#faults;
    for (const target of targets) {
      this.#disturb(blockedTargets.includes(target), () => this.#link.send([target], bytes));
    }
  }

  sendTo(this: FaultyLink<AddressedLink>, address: string, bytes: Uint8Array): boolean {
    if (!parseAddress(address).ok) return false;
    const isBlocked = this.#faults.blockedTargets.some(
      (target) => this.#addresses.get(target) === address,
    );
    this.#disturb(isBlocked, () => this.#link.sendTo(address, bytes));
    return true;
  }

  setAddress(this: FaultyLink<AddressedLink>, peer: NodeId, address: string | null): boolean {
    if (address === null) this.#addresses.delete(peer);
    else this.#addresses.set(peer, address);
    return this.#link.setAddress(peer, address);
  }

  /** The counts of the link that works. */
  counts(): LinkCounts {
    return this.#link.counts();
  }

  lines(): readonly LineStatus[] {
    return this.#link.lines?.() ?? [];
  }

  /** What the faults did. */
  faultCounts(): FaultCounts {
    return {
      lost: this.#lost,
      duplicated: this.#duplicated,
      delayed: this.#delayed,
      blocked: this.#blocked + this.#gate.stopped,
    };
  }

  /** What is held back is lost. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    await this.#link.close();
  }

  #disturb(isBlocked: boolean, carry: () => void): void {
    const { loss, duplicate } = this.#faults;
    if (isBlocked) {
      this.#blocked += 1;
      return;
    }
    if (this.#prng.chance(loss)) {
      this.#lost += 1;
      return;
    }
    this.#carry(carry);
    if (!this.#prng.chance(duplicate)) return;
    this.#duplicated += 1;
    this.#carry(carry);
  }

  #carry(carry: () => void): void {
    const { delay } = this.#faults;
    if (delay === 0) carry();
    else if (this.#timers.size < delayedMax) this.#hold(carry, delay);
    else this.#lost += 1;
  }

  #hold(carry: () => void, delay: Duration): void {
    this.#delayed += 1;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      carry();
    }, delay / 1_000);
    this.#timers.add(timer);
  }
}

/** Stops frames of blocked sources on their way in. */
class SourceGate {
  blocked: readonly NodeId[] = [];
  stopped = 0;
  readonly #onDatagram: DatagramSink;

  constructor(onDatagram: DatagramSink) {
    this.#onDatagram = onDatagram;
  }

  pass(bytes: Uint8Array, origin?: string): void {
    const source = this.blocked.length === 0 ? null : claimedSource(bytes, bytes.length);
    if (source === null || !this.blocked.includes(source as NodeId)) {
      this.#onDatagram(bytes, origin);
    } else this.stopped += 1;
  }
}
