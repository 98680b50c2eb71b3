/**
 * The voter port. A voter answers one question: given what the channels say now, which value stands
 * for the quantity, and who agrees with it? Whether a channel may speak at all is the business of
 * channel health, which stands in front of every voter and is the same for all of them.
 */
import type { Duration, Instant } from "../kernel/time.js";

/** What one channel says in one cycle. */
export interface Sample {
  readonly channel: string;
  /** In the sensor's unit; `null` is an omission. Never NaN or infinite. */
  readonly value: number | null;
  /** How old the value was when the vector was closed. */
  readonly age: Duration;
}

/** A sample that health let through. */
export interface Ballot {
  readonly channel: string;
  readonly value: number;
}

/**
 * A voter's answer. `value` is null when no value has enough agreement: it never guesses. Then
 * nobody agrees and nobody dissents, for there is nothing to dissent from.
 */
export interface Outcome {
  readonly value: number | null;
  readonly agreeing: readonly string[];
  readonly dissenting: readonly string[];
}

export interface Voter {
  readonly name: string;
  /**
   * @param ballots at most one a channel, in the order of the channels in the config
   * @param tolerance how far apart two healthy channels may be, in the sensor's unit
   */
  vote(ballots: readonly Ballot[], tolerance: number): Outcome;
}

/**
 * `ok`: all channels agree. `degraded`: there is a value, though a channel is missing, excluded or
 * dissenting. `no-majority`: channels speak, but no majority agrees. `insufficient`: too few speak.
 */
export type VoteStatus = "ok" | "degraded" | "no-majority" | "insufficient";

/** Why a channel's sample does not count. The words are those of docs/glossary.md. */
export type ExclusionReason =
  | "NO_DATA"
  | "STALE_TIMESTAMP"
  | "STUCK"
  | "OUT_OF_RANGE"
  | "DISAGREE"
  | "QUARANTINED";

export interface Exclusion {
  readonly channel: string;
  readonly reason: ExclusionReason;
  /** When the exclusion began, on the clock that the vector is closed by. */
  readonly since: Instant;
}

/** What is said of one sensor in one cycle. */
export interface Verdict {
  /**
   * The voted value in the sensor's unit; null when `status` is `no-majority` or `insufficient`.
   */
  readonly value: number | null;
  readonly status: VoteStatus;
  readonly agreeing: readonly string[];
  readonly dissenting: readonly string[];
  readonly excluded: readonly Exclusion[];
  /**
   * Largest less smallest of the samples that counted, in the sensor's unit; 0 for fewer than 2.
   */
  readonly spread: number;
}

/** A change in the standing of a channel; each is told once, in the cycle in which it happened. */
export type ChannelEvent =
  | {
      readonly kind: "channel-excluded";
      readonly channel: string;
      readonly reason: ExclusionReason;
    }
  /** The exclusion told just before has no end but a person's word: see README, HEALTH-9. */
  | { readonly kind: "channel-latched"; readonly channel: string; readonly reason: ExclusionReason }
  | { readonly kind: "channel-readmitted"; readonly channel: string };
