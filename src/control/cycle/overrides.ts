/**
 * A person's word about a channel, on its way to all replicas. Whoever is told makes an order of
 * it: the word, and the cycle from whose closing on it holds, a few cycles ahead, so that all
 * replicas take it in the same cycle and their votes stay equal. The order is told to all, again in
 * each of the next cycles, for datagrams are lost; one that comes after its cycle is taken at once.
 *
 * That is not enough: a replica may be cut off or asleep for longer than a word is told. So the
 * last word on each channel is kept by all for good, and told again, in turn with the others, while
 * anybody knows another (the anti-entropy of Demers et al. 1987, section 1.3, with one register a
 * channel and the last writer's word in it).
 *
 * Orders on one channel have an order of their own: the later cycle is the later word, and of two
 * persons in one cycle the replica with the greater id wins, on every replica.
 *
 * Invariants: each order is taken once, and never after a later one on the same channel; of the
 * orders that were taken only the last on each channel is kept.
 */
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { crc32c } from "../../codes/crc32c.js";
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

/**
 * Why a person's word is not taken. `not-aligned`: the replica does not share the cluster's cycles
 * now. `busy`: too many words at once; again in a few seconds.
 */
export type CommandRefusal =
  | "unknown-sensor"
  | "unknown-channel"
  | "not-latched"
  | "not-aligned"
  | "busy";

export interface ChannelOrder extends ChannelCommand {
  /** From the closing of this cycle on it holds. */
  readonly cycle: number;
  /** The replica that made it; whoever knows it may tell it. */
  readonly source: NodeId;
}

/** So many cycles ahead: with three of ten datagrams lost, all have it by then but once in 400. */
export const orderLeadCycles = 5;

/** An order is told so often, once a cycle: with three of ten lost, all fail once in 170,000. */
export const orderRepeats = 10;

/** An order for a cycle further ahead is of other numbers, or of a broken sender. */
const aheadCyclesMax = 64;

/** Orders that wait to be taken; a person has to wait for a place, and a peer's is not taken. */
export const ordersMax = 32;

interface Entry {
  readonly order: ChannelOrder;
  taken: boolean;
  /** How often it is still to be told, whatever others know; 0 for a peer's. */
  left: number;
}

export class Overrides {
  readonly #self: NodeId;
  /** In the order in which they are taken. */
  #entries: Entry[] = [];
  /** Null when it is to be reckoned anew. */
  #digest: number | null = 0;
  /** What was taken is to be taken once more. */
  #again = false;
  /** What was released up to this cycle is so in the health that was taken from another. */
  #healthCycle = -1;

  constructor(self: NodeId) {
    this.#self = self;
  }

  get full(): boolean {
    return this.#entries.filter(({ taken }) => !taken).length >= ordersMax;
  }

  /** Of the last word on each channel, below 2^32; 0 where there is none. */
  get digest(): number {
    this.#digest ??= digestOf(this.#lastWords().map(({ order }) => order));
    return this.#digest;
  }

  /** Makes an order of what a person said during `cycle`. Needs a place: see `full`. */
  command(cycle: number, { sensor, channel, word }: ChannelCommand): void {
    const last = this.#entries.findLast(({ order }) => concerns(order, sensor, channel));
    const from = Math.max(cycle + orderLeadCycles, (last?.order.cycle ?? 0) + 1);
    const order = { sensor, channel, word, cycle: from, source: this.#self };
    this.#add({ order, taken: false, left: orderRepeats });
  }

  /** Takes an order of a peer in, unless it is known, or overtaken, or of cycles far ahead. */
  hear(cycle: number, order: ChannelOrder): void {
    if (this.full || order.cycle > cycle + aheadCyclesMax) return;
    const isOld = this.#entries.some(
      (entry) =>
        concerns(entry.order, order.sensor, order.channel) &&
        (entry.taken ? !isBefore(entry.order, order) : isSame(entry.order, order)),
    );
    if (isOld) return;
    // What was latched again since must not be released by a word from before.
    const taken = order.word === "release" && order.cycle <= this.#healthCycle;
    this.#add({ order, taken, left: 0 });
  }

  /** The orders to be told in this cycle; `differs` when a peer knows other words than we do. */
  toTell(cycle: number, differs: boolean): ChannelOrder[] {
    const told = this.#entries.filter(({ left }) => left > 0);
    for (const entry of told) entry.left -= 1;
    const words = differs ? this.#lastWords() : [];
    const next = words[cycle % words.length];
    if (next !== undefined && !told.includes(next)) told.push(next);
    return told.map(({ order }) => order);
  }

  /** The orders to be taken at the closing of `cycle`, in order. */
  due(cycle: number): ChannelOrder[] {
    const due = this.#entries.filter(({ order, taken }) => {
      return taken ? this.#again && order.word !== "release" : order.cycle <= cycle;
    });
    this.#again = false;
    for (const entry of due) entry.taken = true;
    const taken = this.#entries.filter((entry) => entry.taken);
    const last = lastOf(taken);
    this.#entries = this.#entries.filter((entry) => !entry.taken || last.includes(entry));
    return due.map(({ order }) => order);
  }

  /**
   * The health of the channels was taken from another replica as it stood after `cycle`. That one
   * may have missed a word that was taken here, so all are taken again, which changes nothing where
   * they hold.
   */
  restored(cycle: number): void {
    this.#again = true;
    this.#healthCycle = cycle;
  }

  /**
   * The cycles have other numbers now. Words are kept, for they may not be known to anybody else;
   * those of numbers that will not come for long are the oldest of all.
   */
  renumber(cycle: number): void {
    const isNear = ({ order }: Entry) => order.cycle <= cycle + aheadCyclesMax;
    this.#healthCycle = -1;
    if (this.#entries.every(isNear)) return;
    const words = this.#lastWords();
    this.#entries = [];
    this.#digest = null;
    for (const word of words) {
      this.#add(isNear(word) ? word : { ...word, order: { ...word.order, cycle: 0 } });
    }
  }

  #lastWords(): Entry[] {
    return lastOf(this.#entries);
  }

  #add(entry: Entry): void {
    this.#digest = null;
    const after = this.#entries.findIndex((other) => isBefore(entry.order, other.order));
    this.#entries.splice(after < 0 ? this.#entries.length : after, 0, entry);
  }
}

/** The last on each channel. */
const lastOf = (entries: readonly Entry[]): Entry[] =>
  entries.filter(({ order }, index) => {
    const later = entries.slice(index + 1);
    return !later.some((other) => concerns(other.order, order.sensor, order.channel));
  });

/** Whoever knows the same last words has the same, in whatever order they came. */
function digestOf(orders: readonly ChannelOrder[]): number {
  if (orders.length === 0) return 0;
  const texts = orders.map(({ sensor, channel, cycle, source, word }) =>
    JSON.stringify([sensor, channel, cycle, source, word]),
  );
  return crc32c(utf8ToBytes(texts.sort().join()));
}

const concerns = (order: ChannelOrder, sensor: string, channel: string): boolean =>
  order.sensor === sensor && order.channel === channel;

const isSame = (one: ChannelOrder, other: ChannelOrder): boolean =>
  !isBefore(one, other) && !isBefore(other, one);

function isBefore(one: ChannelOrder, other: ChannelOrder): boolean {
  if (one.cycle !== other.cycle) return one.cycle < other.cycle;
  if (one.source !== other.source) return one.source < other.source;
  return channelWords.indexOf(one.word) < channelWords.indexOf(other.word);
}
