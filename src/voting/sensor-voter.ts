/**
 * One redundant sensor: its channels, their health, and the voter, put together. Once in a control
 * cycle the vector of samples is closed, and out of it comes a verdict: a value or none, and who
 * agreed, who did not, who was not asked and why.
 *
 * Invariants: every channel is named at most once in a verdict, and exactly once where it has a
 * value. A value is null exactly when the status is `no-majority` or `insufficient`.
 */
import { assert } from "../kernel/assert.js";
import type { Duration, Instant } from "../kernel/time.js";
import { ChannelHealth, type ChannelStanding } from "./health/channel-health.js";
import { type HealthOptions, healthOptions } from "./health/options.js";
import { midValueSelect } from "./mid-value-select.js";
import type { Ballot, ChannelEvent, Outcome, Sample, Verdict, Voter, VoteStatus } from "./voter.js";

export type { ChannelStanding } from "./health/channel-health.js";
export type { HealthOptions } from "./health/options.js";

/** More boards than this on one quantity are not foreseen; it bounds the work of a closing. */
export const channelsMax = 32;

export interface SensorVoterOptions {
  /** The ids of the channels, 1 to `channelsMax`, each once. */
  readonly channels: readonly string[];
  /** A value outside [min, max] cannot be true, in the sensor's unit. May be infinite. */
  readonly min: number;
  readonly max: number;
  /** How far apart two healthy channels may be, in the sensor's unit; at least 0. */
  readonly tolerance: number;
  /** A sample older than this is an omission. */
  readonly ageMax: Duration;
  /** Default: `midValueSelect`. */
  readonly voter?: Voter;
  /** What differs from the defaults in health/options.ts. */
  readonly health?: Partial<HealthOptions>;
}

export interface Closing {
  readonly verdict: Verdict;
  readonly events: readonly ChannelEvent[];
}

export class SensorVoter {
  readonly #health: ChannelHealth;
  readonly #channelCount: number;

  constructor(options: SensorVoterOptions) {
    const { channels, min, max, tolerance, ageMax, voter = midValueSelect } = options;
    assert(channels.length > 0 && channels.length <= channelsMax, "no channels, or too many");
    assert(new Set(channels).size === channels.length, "a channel is named twice");
    assert(min < max, `not a range: ${min} to ${max}`);
    assert(tolerance >= 0, `not a tolerance: ${tolerance}`);
    const health = healthOptions(options.health ?? {}, tolerance);
    this.#channelCount = channels.length;
    this.#health = new ChannelHealth({ channels, min, max, tolerance, ageMax, voter, health });
  }

  /**
   * Closes a vector.
   *
   * @param samples at most one a channel, in any order; a channel without one is an omission
   * @param voterLate true when this voter was itself late: then it judges no channel
   */
  close(now: Instant, samples: readonly Sample[], voterLate: boolean): Closing {
    this.#health.take(now, samples);
    const ballots = this.#health.ballots();
    const outcome = this.#health.vote(ballots);
    const verdict = this.#verdict(ballots, outcome);
    return { verdict, events: voterLate ? [] : this.#health.judge(outcome) };
  }

  /** Where every channel stands after the last closing, in the order of the config. */
  standing(): readonly ChannelStanding[] {
    return this.#health.standing();
  }

  /**
   * A person vouches for a latched channel: it goes through quarantine and probation again. False
   * when it was not latched.
   *
   * @throws UsageError for a channel that this sensor does not have
   */
  release(channel: string): boolean {
    return this.#health.release(channel);
  }

  /** Plain data, below 1 KiB as JSON for three channels; `restore` takes it. */
  snapshot(): unknown {
    return this.#health.snapshot();
  }

  /** Continues as the sensor that gave the snapshot. False, and unchanged, when it does not fit. */
  restore(snapshot: unknown): boolean {
    return this.#health.restore(snapshot);
  }

  #verdict(ballots: readonly Ballot[], outcome: Outcome): Verdict {
    const { value, agreeing, dissenting } = outcome;
    const status = this.#status(ballots.length, outcome);
    const excluded = this.#health.exclusions();
    return { value, status, agreeing, dissenting, excluded, spread: spreadOf(ballots) };
  }

  #status(ballotCount: number, outcome: Outcome): VoteStatus {
    if (ballotCount < this.#health.quorum) return "insufficient";
    if (outcome.value === null) return "no-majority";
    // One channel alone may be wrong and nobody would know: that is never `ok`.
    const all = outcome.agreeing.length === this.#channelCount && this.#channelCount > 1;
    return all ? "ok" : "degraded";
  }
}

function spreadOf(ballots: readonly Ballot[]): number {
  if (ballots.length < 2) return 0;
  let smallest = Number.POSITIVE_INFINITY;
  let largest = Number.NEGATIVE_INFINITY;
  for (const { value } of ballots) {
    smallest = Math.min(smallest, value);
    largest = Math.max(largest, value);
  }
  return largest - smallest;
}
