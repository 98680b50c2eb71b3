/**
 * One probe (Das, Gupta and Motivala 2002, section 3.1): a ping; if that is not answered in time, a
 * request to k others to ping for us; at the end of the period, the verdict.
 *
 *     pinged --time-out--> relayed --end of the period--> failed
 *        \________________/\___ ack, also by a relay ___> answered
 *
 * Invariant: a probe that was answered stays so. An ack counts if it bears the number of this probe
 * and comes from the target or from a relay that was asked.
 */
import { assert } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import type { Instant } from "../../kernel/time.js";
import type { Attempt } from "../evidence.js";

interface AskedRelay {
  readonly relay: NodeId;
  readonly sentAt: Instant;
  saidNack: boolean;
}

type ProbeState =
  | { readonly kind: "pinged" }
  | { readonly kind: "relayed"; readonly relays: readonly AskedRelay[] }
  | { readonly kind: "answered"; readonly relays: readonly AskedRelay[] };

export interface ProbePlan {
  readonly target: NodeId;
  /** The number of the peer, for who chooses relays. */
  readonly targetNumber: number;
  readonly seq: number;
  readonly sentAt: Instant;
  /** When others are asked, if there was no answer. */
  readonly relayAt: Instant;
  /** The local health score under which these times were set. */
  readonly healthScore: number;
}

export class ProbeRound {
  readonly plan: ProbePlan;
  #state: ProbeState = { kind: "pinged" };

  constructor(plan: ProbePlan) {
    assert(plan.sentAt < plan.relayAt, "a probe has no time for its answer");
    this.plan = plan;
  }

  /** When relays are to be asked; null where they were, or need not be. */
  get relayAt(): Instant | null {
    return this.#state.kind === "pinged" ? this.plan.relayAt : null;
  }

  get isAnswered(): boolean {
    return this.#state.kind === "answered";
  }

  relayBy(now: Instant, relays: readonly NodeId[]): void {
    assert(this.#state.kind === "pinged", "relays are asked twice");
    const asked = relays.map((relay) => ({ relay, sentAt: now, saidNack: false }));
    this.#state = { kind: "relayed", relays: asked };
  }

  /** Whether an ack from `source` with this number is an answer to this probe, early or late. */
  isAnswer(source: NodeId, seq: number): boolean {
    if (seq !== this.plan.seq) return false;
    return source === this.plan.target || this.#relayNamed(source) !== undefined;
  }

  answer(): void {
    this.#state = { kind: "answered", relays: this.#relays() };
  }

  /** A relay lives, and has not heard the target. */
  nack(source: NodeId, seq: number): void {
    const relay = seq === this.plan.seq ? this.#relayNamed(source) : undefined;
    if (relay !== undefined) relay.saidNack = true;
  }

  /** Relays that gave neither ack nor nack. */
  get nacksMissed(): number {
    return this.#relays().filter((relay) => !relay.saidNack).length;
  }

  /** What was tried, once the probe has failed. */
  attempts(): readonly Attempt[] {
    assert(!this.isAnswered, "an answered probe has not failed");
    const direct: Attempt = { via: null, sentAt: this.plan.sentAt, outcome: "unanswered" };
    const relayed = this.#relays().map(
      ({ relay, sentAt, saidNack }): Attempt => ({
        via: relay,
        sentAt,
        outcome: saidNack ? "nack" : "unanswered",
      }),
    );
    return [direct, ...relayed];
  }

  #relays(): readonly AskedRelay[] {
    return this.#state.kind === "pinged" ? [] : this.#state.relays;
  }

  #relayNamed(name: NodeId): AskedRelay | undefined {
    return this.#relays().find(({ relay }) => relay === name);
  }
}
