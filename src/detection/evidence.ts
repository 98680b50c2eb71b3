/**
 * Why a detector suspects a peer: what it saw, and in what state it was itself when it saw it. A
 * suspicion without its evidence is a rumour that nobody can check afterwards.
 */
import type { NodeId } from "../kernel/ids.js";
import type { Duration, Instant } from "../kernel/time.js";

/** One attempt to hear of the peer that ended without a word of it. */
export interface Attempt {
  /** The member that was asked to probe for us; null where we probed the peer ourselves. */
  readonly via: NodeId | null;
  /** On the accuser's clock. */
  readonly sentAt: Instant;
  /** `nack`: the relay lives, and has not heard the peer either. */
  readonly outcome: "unanswered" | "nack";
}

/** The most attempts that an evidence lists; the first ones are kept. */
export const attemptsMax = 16;

export interface Evidence {
  /** The name of the detector, as in the config. */
  readonly detector: string;
  /** When the peer was suspected, on the accuser's clock. */
  readonly at: Instant;
  /** How long the peer had been silent then. */
  readonly silence: Duration;
  /** Empty for a detector that only listens. */
  readonly attempts: readonly Attempt[];
  /** The accuser's local health multiplier then, from 0 (well); see swim/local-health.ts. */
  readonly healthScore: number;
}
