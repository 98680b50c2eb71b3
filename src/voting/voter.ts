/**
 * The voter port, and the words of the room. A voter answers one question: given what the channels
 * say now, which value stands for the quantity? Whether that value has enough agreement to be
 * believed is the business of the tally (tally.ts), and whether a channel may speak at all that of
 * channel health: both are the same behind and in front of every voter.
 */
import type { Duration, Instant } from "../kernel/time.js";
import type { Ballots } from "./ballots.js";

/** What the way of a sample says of it; see README.md, health of a channel. */
export type SampleFault = "LATE" | "STALE_TIMESTAMP" | "CORRUPT" | "MASQUERADE";

/** What one channel says in one cycle. */
export interface Sample {
  readonly channel: string;
  /** In the sensor's unit; `null` is an omission. Never NaN or infinite. */
  readonly value: number | null;
  /** How old the value was when the vector was closed. */
  readonly age: Duration;
  /** What is wrong with the sample itself, whatever its value; absent where nothing is known. */
  readonly fault?: SampleFault;
}

/**
 * How much agreement a value needs to stand for the quantity. `majority`: more than half of the
 * ballots. `plurality`: at least two, where the voter has found that no other group is as large.
 * `continuity`: at least one, where the voter vouches for it by what was voted before. Whichever it
 * is, of two ballots both must agree: two that disagree cannot say which of them is wrong.
 */
export type Support = "majority" | "plurality" | "continuity";

export interface Voter {
  readonly name: string;
  readonly support: Support;
  /** True where only equal values agree, to the last bit: then no tolerance counts. */
  readonly exact: boolean;
  /** Begins the voting of one sensor, with an empty memory. */
  open(options: VotingOptions): Voting;
}

export interface VotingOptions {
  /** How many channels the sensor has, 1 to 32. */
  readonly channels: number;
  /** How far apart two healthy channels may be, in the sensor's unit. */
  readonly tolerance: number;
}

/** The voting of one sensor. Nothing in it allocates, but for the memory that is asked for. */
export interface Voting {
  /** The value that the ballots stand for; NaN where they stand for none. Changes nothing. */
  valueOf(ballots: Ballots): number;

  /**
   * Told once a closing, after the vote, what was voted: a voter with a memory learns from it.
   *
   * @param value what stood; NaN where nothing did
   */
  learn(ballots: Ballots, value: number): void;

  /** The memory as finite numbers, of a length that depends on the channels only. */
  memory(): readonly number[];

  /** Goes on as the voting that gave the memory. False, and unchanged, when it does not fit. */
  recall(memory: readonly unknown[]): boolean;
}

/**
 * `ok`: all channels agree. `degraded`: there is a value, though a channel is missing, excluded or
 * dissenting, or something makes it doubtful. `no-majority`: channels speak, but no majority
 * agrees. `insufficient`: too few speak.
 */
export type VoteStatus = "ok" | "degraded" | "no-majority" | "insufficient";

/** Why a channel's sample does not count. The words are those of docs/glossary.md. */
export type ExclusionReason =
  | "NO_DATA"
  | "LATE"
  | "STALE_TIMESTAMP"
  | "CORRUPT"
  | "MASQUERADE"
  | "OUT_OF_RANGE"
  | "RATE_LIMIT"
  | "STUCK"
  | "DEAD"
  | "NOISY"
  | "BIAS"
  | "DRIFT"
  | "DISAGREE"
  | "ERROR_DENSITY"
  | "QUARANTINED"
  | "OVERRIDDEN";

export interface Exclusion {
  readonly channel: string;
  readonly reason: ExclusionReason;
  /** When the exclusion began, on the clock that the vector is closed by. */
  readonly since: Instant;
}

/**
 * A person's word about a channel. `exclude`: out until told otherwise. `include`: it counts
 * whatever its health says, though a sample that is missing, late, corrupt or impossible still does
 * not. `auto`: its health decides.
 */
export type Override = "exclude" | "include" | "auto";

/**
 * What kind of fault a channel has. The kinds are those of Cristian (1991), from the least harmful
 * to the most: `crash`: silent, and stays so; `omission`: says nothing now and then; `timing`: says
 * it too late; `value`: says what is wrong. The persistences are those of Avizienis et al. (2004):
 * `transient`: it came once and went, or may still go; `intermittent`: it comes back; `permanent`:
 * nobody expects it to go by itself.
 */
export interface FaultClass {
  readonly kind: "crash" | "omission" | "timing" | "value";
  readonly persistence: FaultPersistence;
}

export type FaultPersistence = "transient" | "intermittent" | "permanent";

/**
 * Why a whole verdict is to be taken with care. `COMMON_MODE_SUSPECT`: the channels changed
 * together as the quantity cannot. `VOTER_LATE`: the voter itself was late, and judged no channel.
 */
export type CaveatReason = "COMMON_MODE_SUSPECT" | "VOTER_LATE";

export interface Caveat {
  readonly reason: CaveatReason;
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
  /** Empty where there is no value: then there is nothing to dissent from. */
  readonly dissenting: readonly string[];
  readonly excluded: readonly Exclusion[];
  /** What makes the verdict as a whole doubtful; empty as a rule. */
  readonly caveats: readonly Caveat[];
  /**
   * Largest less smallest of the samples that counted, in the sensor's unit; 0 for fewer than 2.
   */
  readonly spread: number;
  /** The share of all channels of the sensor that agree, from 0 to 1. */
  readonly confidence: number;
  /** The age of the oldest sample that agrees; null where there is no value. */
  readonly age: Duration | null;
}

/** A change in the standing of a channel; each is told once, in the cycle in which it happened. */
export type ChannelEvent =
  | {
      readonly kind: "channel-excluded";
      readonly channel: string;
      readonly reason: ExclusionReason;
      /** Null where a person excluded it. */
      readonly fault: FaultClass | null;
    }
  /** The exclusion told just before has no end but a person's word: see README, HEALTH-9. */
  | { readonly kind: "channel-latched"; readonly channel: string; readonly reason: ExclusionReason }
  | {
      readonly kind: "channel-readmitted";
      readonly channel: string;
      /** Of the fault that is over now; null where a person had the last word. */
      readonly fault: FaultClass | null;
    }
  /** A person's word; the exclusion or re-admission that follows from it is told as well. */
  | {
      readonly kind: "channel-overridden";
      readonly channel: string;
      readonly override: Override;
    };

/** A caveat that begins or ends; the voter's own lateness is told by the node. */
export type SensorEvent =
  | { readonly kind: "sensor-suspected"; readonly reason: CaveatReason }
  | { readonly kind: "sensor-cleared"; readonly reason: CaveatReason };

export type VotingEvent = ChannelEvent | SensorEvent;
