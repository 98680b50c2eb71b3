/**
 * A person's word about a channel, on its way to all replicas. Whoever is told makes an order of
 * it: the word, and the cycle from whose closing on it holds, a few cycles ahead, so that all
 * replicas take it in the same cycle and their votes stay equal. The order is told to all, again in
 * each of the next cycles, for datagrams are lost; one that comes after its cycle is taken at once.
 *
 * Orders on one channel have an order of their own: the later cycle is the later word, and of two
 * persons in one cycle the replica with the greater id wins, on every replica.
 *
 * Invariant: each order is taken once, and never after a later one on the same channel.
 */
import type { NodeId } from "../../kernel/ids.js";
import type { Override } from "../../voting/voter.js";

/** `release`: a latched channel is tried again. */
export type ChannelWord = Override | "release";

export const channelWords: readonly ChannelWord[] = ["exclude", "include", "auto", "release"];

/** What a person says; the names are those of the config. */
export interface ChannelCommand {
  readonly sensor: string;
  /** `<node>/<board channel>`. */
  readonly channel: string;
  readonly word: ChannelWord;
}

export interface ChannelOrder extends ChannelCommand {
  /** From the closing of this cycle on it holds. */
  readonly cycle: number;
}

/** So many cycles ahead: with three of ten datagrams lost, all have it by then but once in 400. */
export const orderLeadCycles = 5;

/** An order is told so often, once a cycle: with three of ten lost, all fail once in 170,000. */
export const orderRepeats = 10;

/** Orders are remembered for so long, so that a copy that was overtaken is known for one. */
const rememberedCycles = 64;

/** Orders that are remembered; a person has to wait for a place, and a peer's is not taken. */
export const ordersMax = 32;

interface Entry {
  readonly order: ChannelOrder;
  readonly source: NodeId;
  taken: boolean;
  /** How often it is still to be told; 0 for a peer's. */
  left: number;
}

export class Overrides {
  readonly #self: NodeId;
  /** In the order in which they are taken. */
  #entries: Entry[] = [];

  constructor(self: NodeId) {
    this.#self = self;
  }

  get full(): boolean {
    return this.#entries.length >= ordersMax;
  }

  /** Makes an order of what a person said during `cycle`. Needs a place: see `full`. */
  command(cycle: number, { sensor, channel, word }: ChannelCommand): void {
    const last = this.#entries.findLast(({ order }) => concerns(order, sensor, channel));
    const from = Math.max(cycle + orderLeadCycles, (last?.order.cycle ?? 0) + 1);
    this.#add({ order: { sensor, channel, word, cycle: from }, left: orderRepeats }, this.#self);
  }

  /** Takes an order of a peer in, unless it is known, or of cycles that are not ours. */
  hear(cycle: number, source: NodeId, order: ChannelOrder): void {
    if (this.full || Math.abs(order.cycle - cycle) > rememberedCycles) return;
    const known = this.#entries.some(
      (entry) =>
        entry.source === source &&
        entry.order.cycle === order.cycle &&
        concerns(entry.order, order.sensor, order.channel),
    );
    if (!known) this.#add({ order, left: 0 }, source);
  }

  /** The orders to be told in this cycle. */
  toTell(cycle: number): ChannelOrder[] {
    this.#entries = this.#entries.filter(({ order, left }) => {
      return left > 0 || order.cycle + rememberedCycles >= cycle;
    });
    const told = this.#entries.filter(({ left }) => left > 0);
    for (const entry of told) entry.left -= 1;
    return told.map(({ order }) => order);
  }

  /** The orders to be taken at the closing of `cycle`, in order. */
  due(cycle: number): ChannelOrder[] {
    const due: ChannelOrder[] = [];
    this.#entries.forEach((entry, index) => {
      const { order, taken } = entry;
      if (taken || order.cycle > cycle) return;
      entry.taken = true;
      const later = this.#entries.slice(index + 1);
      const isOvertaken = later.some((other) => {
        return other.taken && concerns(other.order, order.sensor, order.channel);
      });
      if (!isOvertaken) due.push(order);
    });
    return due;
  }

  /** The cycles have other numbers now. */
  forget(): void {
    this.#entries = [];
  }

  #add({ order, left }: Pick<Entry, "order" | "left">, source: NodeId): void {
    const entry: Entry = { order, source, taken: false, left };
    const after = this.#entries.findIndex((other) => isBefore(entry, other));
    this.#entries.splice(after < 0 ? this.#entries.length : after, 0, entry);
  }
}

const concerns = (order: ChannelOrder, sensor: string, channel: string): boolean =>
  order.sensor === sensor && order.channel === channel;

function isBefore(one: Entry, other: Entry): boolean {
  if (one.order.cycle !== other.order.cycle) return one.order.cycle < other.order.cycle;
  return one.source < other.source;
}
