/**
 * The network between the simulated nodes: it delays, loses, duplicates, reorders, corrupts and
 * blocks frames, per direction of each pair. Links are independent of one another, and each throws
 * dice of its own, so that one frame more on one link does not change the fate of the others.
 *
 * It knows nothing of what it carries. Frames are bytes; a corrupted one has one bit turned, which
 * the receiver must notice.
 *
 * Beside the model that always holds, faults may be laid over a link: each is a model of its own
 * that a frame passes before it reaches the one below.
 */
import { assert } from "../kernel/assert.js";
import type { Prng } from "../kernel/prng.js";
import type { Duration } from "../kernel/time.js";
import { type DelayModel, drawDelay } from "./delay.js";
import type { Effect } from "./effect.js";
import { later, type TrueTime } from "./true-time.js";

/** Probabilities are per frame, from 0 to 1. */
export interface LinkModel {
  readonly delay: DelayModel;
  readonly loss: number;
  readonly duplication: number;
  /** A frame so chosen waits up to `reorderDelay` longer, and later ones overtake it. */
  readonly reordering: number;
  readonly reorderDelay: Duration;
  readonly corruption: number;
}

/** Laid over a link while a fault lasts. A blocked link carries nothing. */
export interface LinkFault {
  readonly blocked: boolean;
  readonly loss: number;
  readonly duplication: number;
  readonly reordering: number;
  readonly reorderDelay: Duration;
  readonly corruption: number;
  /** On top of the delay of the link; null for none. */
  readonly delay: DelayModel | null;
  readonly effect: Effect;
}

export interface NetworkCounts {
  sent: number;
  lost: number;
  blocked: number;
  duplicated: number;
  corrupted: number;
  /** Frames that will arrive before one that was sent earlier on the same link. */
  reordered: number;
}

/** What several networks did together. */
export function countsOf(networks: readonly Network[]): NetworkCounts {
  const total: NetworkCounts = {
    ...{ sent: 0, lost: 0, blocked: 0 },
    ...{ duplicated: 0, corrupted: 0, reordered: 0 },
  };
  for (const { counts } of networks) {
    for (const name of Object.keys(total) as (keyof NetworkCounts)[]) total[name] += counts[name];
  }
  return total;
}

export type Deliver = (at: TrueTime, target: number, bytes: Uint8Array) => void;

interface Link {
  readonly dice: Prng;
  faults: readonly LinkFault[];
  lastArrival: TrueTime;
}

export interface NetworkOptions {
  readonly nodeCount: number;
  readonly model: LinkModel;
  readonly dice: Prng;
  readonly deliver: Deliver;
}

export class Network {
  readonly counts: NetworkCounts = {
    sent: 0,
    lost: 0,
    blocked: 0,
    duplicated: 0,
    corrupted: 0,
    reordered: 0,
  };
  readonly #options: NetworkOptions;
  readonly #links: readonly Link[];

  constructor(options: NetworkOptions) {
    this.#options = options;
    const { nodeCount, dice } = options;
    this.#links = Array.from({ length: nodeCount * nodeCount }, (_, index) => {
      const name = `link ${Math.floor(index / nodeCount)} to ${index % nodeCount}`;
      return { dice: dice.split(name), faults: [], lastArrival: 0 as TrueTime };
    });
  }

  send(now: TrueTime, source: number, target: number, bytes: Uint8Array): void {
    const link = this.#link(source, target);
    this.counts.sent += 1;
    if (this.#isBlocked(now, link) || this.#isLost(now, link)) return;
    this.#transmit(now, link, target, bytes);
    if (!this.#isDuplicated(now, link)) return;
    this.counts.duplicated += 1;
    this.#transmit(now, link, target, bytes);
  }

  /** Lays a fault over one direction of a pair. */
  addFault(source: number, target: number, fault: LinkFault): void {
    const link = this.#link(source, target);
    assert(!link.faults.includes(fault), "a fault is laid over a link twice");
    link.faults = [...link.faults, fault];
  }

  removeFault(source: number, target: number, fault: LinkFault): void {
    const link = this.#link(source, target);
    link.faults = link.faults.filter((candidate) => candidate !== fault);
  }

  #transmit(now: TrueTime, link: Link, target: number, bytes: Uint8Array): void {
    const arrival = later(now, this.#delay(now, link));
    if (arrival < link.lastArrival) this.counts.reordered += 1;
    else link.lastArrival = arrival;
    this.#options.deliver(arrival, target, this.#corrupted(now, link, bytes));
  }

  #isBlocked(now: TrueTime, link: Link): boolean {
    for (const fault of link.faults) {
      if (!fault.blocked) continue;
      fault.effect.note(now);
      this.counts.blocked += 1;
      return true;
    }
    return false;
  }

  #isLost(now: TrueTime, link: Link): boolean {
    let lost = link.dice.chance(this.#options.model.loss);
    for (const fault of link.faults) {
      if (lost || fault.loss === 0 || !link.dice.chance(fault.loss)) continue;
      fault.effect.note(now);
      lost = true;
    }
    if (lost) this.counts.lost += 1;
    return lost;
  }

  #isDuplicated(now: TrueTime, link: Link): boolean {
    if (link.dice.chance(this.#options.model.duplication)) return true;
    for (const fault of link.faults) {
      if (fault.duplication === 0 || !link.dice.chance(fault.duplication)) continue;
      fault.effect.note(now);
      return true;
    }
    return false;
  }

  #delay(now: TrueTime, link: Link): Duration {
    const { model } = this.#options;
    let total = drawDelay(model.delay, link.dice) + reorderWait(model, link.dice);
    for (const fault of link.faults) {
      const wait = reorderWait(fault, link.dice);
      const added = wait + (fault.delay === null ? 0 : drawDelay(fault.delay, link.dice));
      if (added > 0) fault.effect.note(now);
      total += added;
    }
    return total as Duration;
  }

  #corrupted(now: TrueTime, link: Link, bytes: Uint8Array): Uint8Array {
    let corrupted = link.dice.chance(this.#options.model.corruption);
    for (const fault of link.faults) {
      if (corrupted || fault.corruption === 0 || !link.dice.chance(fault.corruption)) continue;
      fault.effect.note(now);
      corrupted = true;
    }
    if (!corrupted || bytes.length === 0) return bytes;
    this.counts.corrupted += 1;
    return withBitTurned(bytes, link.dice.below(8 * bytes.length));
  }

  #link(source: number, target: number): Link {
    const link = this.#links[source * this.#options.nodeCount + target];
    assert(link !== undefined && source !== target, `no link from ${source} to ${target}`);
    return link;
  }
}

function reorderWait(
  model: { readonly reordering: number; readonly reorderDelay: Duration },
  dice: Prng,
): number {
  if (model.reordering === 0 || !dice.chance(model.reordering)) return 0;
  return 1 + dice.below(Math.max(1, model.reorderDelay));
}

/** The frame belongs to the sender, who may keep it: the copy is what changes. */
function withBitTurned(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = bytes.slice();
  const index = bit >> 3;
  copy[index] = (copy[index] as number) ^ (1 << (bit & 7));
  return copy;
}
