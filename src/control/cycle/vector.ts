/**
 * The vector of one control cycle: what each replica sent for it. A replica whose clock is a little
 * ahead sends before we have begun; its message waits here for the next cycle, and no longer.
 */
import type { NodeId } from "../../kernel/ids.js";
import type { Instant } from "../../kernel/time.js";
import type { Claim } from "../state/replica-state.js";
import type { SampleMessage } from "./messages.js";
import type { ResultsClaim } from "./voter-watch.js";

export interface Arrival {
  readonly message: SampleMessage;
  /** When it arrived, on our own clock. */
  readonly at: Instant;
}

interface Heard {
  readonly cycle: number;
  readonly synchronised: boolean;
}

/** A replica that was not heard for so many cycles is no longer waited for. */
const absentCyclesMax = 3;

/**
 * A message further behind than this was not overtaken on the way: its sender counts otherwise now.
 * The wire takes no frame that is overtaken by 64 others (see wire/replay-window.ts).
 */
const overtakenCyclesMax = 64;

export class Vector {
  readonly #arrivals = new Map<NodeId, Arrival>();
  readonly #early = new Map<NodeId, Arrival>();
  /** By replica, what came since the last closing for a vector that was closed by then. */
  readonly #late = new Map<NodeId, Arrival>();
  /** By replica, what it said last of its cycles. */
  readonly #heard = new Map<NodeId, Heard>();
  #cycle: number;
  #closed = false;

  constructor(cycle: number) {
    this.#cycle = cycle;
  }

  get cycle(): number {
    return this.#cycle;
  }

  /** How many replicas sent for this cycle. */
  get size(): number {
    return this.#arrivals.size;
  }

  /** Begins the vector of a later cycle, or of any after the clock was moved. */
  open(cycle: number): void {
    this.#cycle = cycle;
    this.#closed = false;
    this.#arrivals.clear();
    for (const [node, arrival] of this.#early) {
      if (arrival.message.cycle === cycle) this.#arrivals.set(node, arrival);
    }
    this.#early.clear();
  }

  /** The vector was voted: what comes for it from now on is late, and those before are forgiven. */
  close(): void {
    this.#closed = true;
    this.#late.clear();
  }

  /**
   * A message for a cycle that is over is late; for another than this and the next it changes only
   * who counts as present.
   */
  put(node: NodeId, arrival: Arrival): void {
    const { cycle } = arrival.message;
    if (this.#isLate(arrival.message)) this.#late.set(node, arrival);
    this.#heard.set(node, { cycle, synchronised: arrival.message.synchronised });
    if (cycle === this.#cycle) this.#arrivals.set(node, arrival);
    else if (cycle === this.#cycle + 1) this.#early.set(node, arrival);
  }

  /**
   * Whether a newer message of the sender has come before this one, which then says nothing any
   * more. The cycles of a replica whose clock is aligned do not go back, so a smaller number is an
   * older one.
   */
  isOvertaken(node: NodeId, message: SampleMessage): boolean {
    const heard = this.#heard.get(node);
    if (heard === undefined || !heard.synchronised || !message.synchronised) return false;
    const behind = heard.cycle - message.cycle;
    return message.cycle !== this.#cycle && behind > 0 && behind <= overtakenCyclesMax;
  }

  get(node: NodeId): Arrival | undefined {
    return this.#arrivals.get(node);
  }

  /**
   * What of a replica came too late since the closing before: its samples are slow, not lost.
   * Nothing where its sample for this cycle is there.
   */
  lateOf(node: NodeId): Arrival | undefined {
    return this.#arrivals.has(node) ? undefined : this.#late.get(node);
  }

  /** What those who sent say of their own states. */
  claims(nodes: readonly NodeId[]): Claim[] {
    return nodes.flatMap((node) => {
      const message = this.#arrivals.get(node)?.message;
      return message === undefined ? [] : [{ node, fresh: message.fresh, digest: message.digest }];
    });
  }

  /** What those who sent say that they have voted. */
  resultsClaims(nodes: readonly NodeId[]): ResultsClaim[] {
    return nodes.flatMap((node) => {
      const results = this.#arrivals.get(node)?.message.results ?? null;
      return results === null ? [] : [{ node, results }];
    });
  }

  /** What those who sent, and count the same cycles, say of persons' words. */
  wordsClaims(nodes: readonly NodeId[]): number[] {
    return nodes.flatMap((node) => {
      const message = this.#arrivals.get(node)?.message;
      return message === undefined || !message.synchronised ? [] : [message.words];
    });
  }

  /** How far those who sent say that their replicated state has come. */
  settingsClaims(nodes: readonly NodeId[]): number[] {
    return nodes.flatMap((node) => this.#arrivals.get(node)?.message.settings ?? []);
  }

  /** Who is expected to send and has not: present in the last cycles, not in this one. */
  missing(nodes: readonly NodeId[]): NodeId[] {
    return nodes.filter((node) => !this.#arrivals.has(node) && this.#isPresent(node));
  }

  /** One whose clock is not aligned, or that counts otherwise, is not slow: it is elsewhere. */
  #isLate({ cycle, synchronised }: SampleMessage): boolean {
    const behind = this.#cycle - cycle;
    if (!synchronised || behind < 0 || behind > overtakenCyclesMax) return false;
    return behind > 0 || this.#closed;
  }

  #isPresent(node: NodeId): boolean {
    const heard = this.#heard.get(node);
    return heard !== undefined && Math.abs(this.#cycle - heard.cycle) <= absentCyclesMax;
  }
}
