/**
 * The cluster's clock, counted in cycles: which cycle it is, when it begins, and what every sample
 * that is heard says of the clock of its sender. How clocks are brought together is the business of
 * ../clock; here is what it means for the cycles.
 */
import type { NodeId } from "../../kernel/ids.js";
import type { Duration, Instant } from "../../kernel/time.js";
import { ClusterClock } from "../clock/cluster-clock.js";
import type { CycleEvent } from "./events.js";
import type { SampleMessage } from "./messages.js";
import type { CycleOptions } from "./ports.js";

export interface RoundEnd {
  /** What it is worth telling of the round. */
  readonly event: CycleEvent | null;
  /** The clock was moved so far that the cycles may have other numbers now. */
  readonly moved: boolean;
}

/** What a sample tells of its sender's clock, and of ours as its sender sees it. */
export type ClockFields = Pick<SampleMessage, "clock" | "sentAt" | "synchronised" | "echoes">;

export class CycleClock {
  readonly #options: CycleOptions;
  readonly #clock: ClusterClock;
  #wasSynchronised = false;

  constructor(options: CycleOptions) {
    const { self, nodes, skewMax, cutoff } = options;
    const peers = nodes.filter((node) => node !== self);
    this.#options = options;
    this.#clock = new ClusterClock({ peers, skewMax, delayMax: cutoff });
  }

  get synchronised(): boolean {
    return this.#clock.synchronised;
  }

  get skew(): Duration {
    return this.#clock.skew;
  }

  cycleAt(now: Instant): number {
    return Math.floor(this.#clock.read(now) / this.#options.cycle);
  }

  beginningOf(cycle: number): Instant {
    return this.#clock.instantOf(cycle * this.#options.cycle);
  }

  hear(now: Instant, peer: NodeId, message: SampleMessage): void {
    const echo = message.echoes[this.#options.nodes.indexOf(this.#options.self)] ?? null;
    const { clock, sentAt, synchronised } = message;
    this.#clock.hear(now, peer, { clock, sentAt, echo, synchronised });
  }

  /** What our own sample says of clocks. */
  fields(now: Instant): ClockFields {
    return {
      clock: now,
      sentAt: this.#clock.read(now),
      synchronised: this.#clock.synchronised,
      echoes: this.#options.nodes.map((node) => this.#clock.echoFor(node)),
    };
  }

  /** Ends the round of `cycle`; no vector may be open, for the clock may be moved. */
  endRound(cycle: number): RoundEnd {
    const { synchronised, skew, adjustment } = this.#clock.endRound();
    const changed = synchronised !== this.#wasSynchronised;
    this.#wasSynchronised = synchronised;
    const moved = Math.abs(adjustment) > this.#options.skewMax;
    if (!changed) return { event: null, moved };
    const event: CycleEvent = synchronised
      ? { kind: "synchronised", cycle, skew }
      : { kind: "desynchronised", cycle };
    return { event, moved };
  }
}
