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
import { type Ballots, channelsMax } from "./ballots.js";
import { ChannelHealth, type ChannelStanding } from "./health/channel-health.js";
import { type HealthOptions, healthOptions } from "./health/options.js";
import { midValueSelect } from "./mid-value-select.js";
import type { Tally } from "./tally.js";
import type {
  Caveat,
  Exclusion,
  Override,
  Sample,
  Verdict,
  Voter,
  VoteStatus,
  VotingEvent,
} from "./voter.js";

export type { ChannelStanding } from "./health/channel-health.js";
export type { HealthOptions } from "./health/options.js";

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
  readonly events: readonly VotingEvent[];
}

export class SensorVoter {
  readonly #health: ChannelHealth;
  readonly #channels: readonly string[];
  /** Its own, so no part of a snapshot. */
  #lateSince: Instant | null = null;

  constructor(options: SensorVoterOptions) {
    const { channels, min, max, tolerance, ageMax, voter = midValueSelect } = options;
    assert(channels.length > 0 && channels.length <= channelsMax, "no channels, or too many");
    assert(new Set(channels).size === channels.length, "a channel is named twice");
    assert(min < max, `not a range: ${min} to ${max}`);
    assert(tolerance >= 0, `not a tolerance: ${tolerance}`);
    const health = healthOptions(options.health ?? {}, tolerance);
    this.#channels = channels;
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
    const tally = this.#health.vote();
    this.#lateSince = voterLate ? (this.#lateSince ?? now) : null;
    const excluded = this.#health.exclusions();
    // Who is excluded now has had its ballot; but the status of this verdict knows of it.
    const events = voterLate ? this.#health.skip() : this.#health.judge();
    return { verdict: this.#verdict(this.#health.ballots, tally, excluded), events };
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

  /**
   * A person's word about a channel, told with the next closing. A channel that was excluded by a
   * person goes through quarantine and probation after `auto`. False where nothing changed.
   *
   * @throws UsageError for a channel that this sensor does not have
   */
  override(channel: string, override: Override): boolean {
    return this.#health.override(channel, override);
  }

  /** Plain data, below 1 KiB as JSON for three channels; `restore` takes it. */
  snapshot(): unknown {
    return this.#health.snapshot();
  }

  /** Continues as the sensor that gave the snapshot. False, and unchanged, when it does not fit. */
  restore(snapshot: unknown): boolean {
    return this.#health.restore(snapshot);
  }

  #verdict(ballots: Ballots, tally: Tally, excluded: readonly Exclusion[]): Verdict {
    const agreeing: string[] = [];
    const dissenting: string[] = [];
    for (let index = 0; tally.stands && index < ballots.count; index += 1) {
      const channel = ballots.channels[index] as number;
      const side = tally.agrees(channel) ? agreeing : dissenting;
      side.push(this.#channels[channel] as string);
    }
    const caveats = this.#caveats();
    return {
      value: tally.stands ? tally.value : null,
      status: this.#status(ballots.count, tally, caveats),
      agreeing,
      dissenting,
      excluded,
      caveats,
      spread: spreadOf(ballots),
      confidence: tally.agreeingCount / this.#channels.length,
      age: tally.stands ? this.#ageOf(ballots, tally) : null,
    };
  }

  #caveats(): Caveat[] {
    const since = this.#lateSince;
    const caveats: Caveat[] = since === null ? [] : [{ reason: "VOTER_LATE", since }];
    const { caveat } = this.#health;
    if (caveat !== null) caveats.push(caveat);
    return caveats;
  }

  #status(ballotCount: number, tally: Tally, caveats: readonly Caveat[]): VoteStatus {
    if (ballotCount < this.#health.quorum) return "insufficient";
    if (!tally.stands) return "no-majority";
    // One channel alone may be wrong and nobody would know: that is never `ok`.
    const count = this.#channels.length;
    const isWhole = tally.agreeingCount === count && count > 1;
    return isWhole && this.#health.faultless && caveats.length === 0 ? "ok" : "degraded";
  }

  #ageOf(ballots: Ballots, tally: Tally): Duration {
    let oldest = 0;
    for (let index = 0; index < ballots.count; index += 1) {
      const channel = ballots.channels[index] as number;
      if (tally.agrees(channel)) oldest = Math.max(oldest, this.#health.ages[channel] as number);
    }
    return oldest as Duration;
  }
}

function spreadOf({ values, count }: Ballots): number {
  if (count < 2) return 0;
  let smallest = Number.POSITIVE_INFINITY;
  let largest = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < count; index += 1) {
    smallest = Math.min(smallest, values[index] as number);
    largest = Math.max(largest, values[index] as number);
  }
  return largest - smallest;
}
