/**
 * Channel health: which channels of a sensor may speak in the vote. It stands in front of every
 * voter and is the same for all of them.
 *
 * A closing goes in this order: `take` the samples and screen each by itself; `vote` on those that
 * count; `judge` everyone by the tally. The judgement of a closing counts from the next one on: the
 * vote itself masks what is wrong in this one.
 *
 * A voter that was itself late sees everyone old or missing. It then votes as it can, and judges
 * nobody (PX4 #19139: a parameter update stalled the loop, and healthy sensors were timed out).
 */
import { assert, UsageError, unreachable } from "../../kernel/assert.js";
import type { Duration, Instant } from "../../kernel/time.js";
import { Ballots } from "../ballots.js";
import { Tally } from "../tally.js";
import type {
  ChannelEvent,
  Exclusion,
  ExclusionReason,
  FaultClass,
  Override,
  Sample,
  Voter,
} from "../voter.js";
import { ChannelRecord, type Phase } from "./channel-record.js";
import { faultOf } from "./classify.js";
import type { Evidence } from "./evidence.js";
import { Intake } from "./intake.js";
import { fill, Jury } from "./jury.js";
import type { HealthOptions } from "./options.js";
import { encodeHealth, parseHealth } from "./snapshot.js";
import { Stillness } from "./stillness.js";

export interface ChannelHealthOptions {
  readonly channels: readonly string[];
  readonly min: number;
  readonly max: number;
  readonly tolerance: number;
  readonly ageMax: Duration;
  readonly voter: Voter;
  readonly health: HealthOptions;
}

/** What is known of one channel, for people. */
export interface ChannelStanding {
  readonly channel: string;
  readonly state: Phase["kind"];
  /** What it is suspected of or was excluded for; null while it is trusted. */
  readonly reason: ExclusionReason | null;
  /** When the state began, on the clock that the vector is closed by. */
  readonly since: Instant;
  /** The last value that could be true; null before the first. */
  readonly lastValue: number | null;
  /** What kind of fault it has or is suspected of; null while it has none, or a person decides. */
  readonly fault: FaultClass | null;
}

export class ChannelHealth {
  readonly #channels: readonly string[];
  readonly #options: ChannelHealthOptions;
  readonly #records: readonly ChannelRecord[];
  readonly #intake: Intake;
  readonly #stillness: Stillness;
  readonly #jury: Jury;
  readonly #ballots: Ballots;
  readonly #tally = new Tally();
  readonly #counts = (index: number): boolean => this.#record(index).counts;
  /**
   * By whom the stillness of others may be judged. Not by a channel that dissents: what it says in
   * a spike must not be remembered as the place from which it then moves.
   */
  readonly #isWitness = (index: number): boolean =>
    this.#counts(index) && (!this.#tally.stands || this.#tally.agrees(index));
  readonly #untold: ChannelEvent[] = [];
  #closedAt: Instant = 0 as Instant;

  constructor(options: ChannelHealthOptions) {
    const { channels, tolerance, voter, health, min, max, ageMax } = options;
    const { requireNewSource, stuckMove } = health;
    this.#channels = channels;
    this.#options = options;
    this.#records = channels.map((channel) => new ChannelRecord(channel, health));
    this.#intake = new Intake({ channels, min, max, ageMax, requireNewSource });
    this.#stillness = new Stillness({ count: channels.length, stuckMove, tolerance });
    this.#jury = new Jury({ channelCount: channels.length, voter, tolerance });
    this.#ballots = new Ballots(channels.length);
  }

  /** Takes the samples of a closing. `now` may go back: the cluster's clock may be set. */
  take(now: Instant, samples: readonly Sample[]): void {
    if (now < this.#closedAt) this.#setBack(this.#closedAt - now);
    this.#closedAt = now;
    this.#intake.take(now, samples);
  }

  get quorum(): number {
    return this.#jury.quorum;
  }

  /** The samples that counted in the last vote. */
  get ballots(): Ballots {
    return this.#ballots;
  }

  /** By channel, how old its sample was in the last closing; meaningful for those with a ballot. */
  get ages(): readonly number[] {
    return this.#intake.ages;
  }

  /** Votes on the samples that count. What is returned holds until the next closing. */
  vote(): Tally {
    fill(this.#ballots, this.#intake.values, this.#counts);
    this.#jury.vote(this.#ballots, this.#tally);
    return this.#tally;
  }

  /** The channels whose samples do not count in this closing, and why. */
  exclusions(): Exclusion[] {
    const exclusions: Exclusion[] = [];
    for (let index = 0; index < this.#channels.length; index += 1) {
      const exclusion = this.#exclusion(index);
      if (exclusion !== null) exclusions.push(exclusion);
    }
    return exclusions;
  }

  /** Judges every channel by the vote, and tells whose standing changed. */
  judge(): ChannelEvent[] {
    const events: ChannelEvent[] = [];
    this.#jury.learn(this.#ballots, this.#tally);
    this.#stillness.observe(this.#intake.values, this.#isWitness);
    // All are heard before any is noted: a standing lost now must not weigh in the others' hearing.
    const heard = this.#channels.map((_, index) => this.#evidence(index));
    for (let index = 0; index < heard.length; index += 1) {
      this.#note(index, heard[index] as Evidence, events);
    }
    return events;
  }

  /** A person vouches for a latched channel: it is tried again. False when it was not latched. */
  release(channel: string): boolean {
    return this.#named(channel).release(this.#closedAt);
  }

  /** A person's word, told with the next closing. False where that is what holds already. */
  override(channel: string, override: Override): boolean {
    return this.#named(channel).override(this.#closedAt, override, this.#untold);
  }

  /** What persons did since the last closing. */
  tell(): ChannelEvent[] {
    return this.#untold.splice(0);
  }

  standing(): ChannelStanding[] {
    return this.#channels.map((channel, index) => {
      const { phase, since } = this.#record(index);
      const value = this.#stillness.lastValue(index);
      const reason = "reason" in phase ? phase.reason : null;
      const lastValue = Number.isNaN(value) ? null : value;
      return { channel, state: phase.kind, reason, since, lastValue, fault: faultOf(phase) };
    });
  }

  snapshot(): unknown {
    const states = this.#records.map((record, index) => ({
      record: record.state(),
      run: this.#stillness.run(index),
      source: this.#intake.sourceOf(index),
      screenedOutSince: this.#intake.screenedOutSince(index),
    }));
    return encodeHealth({ closedAt: this.#closedAt, states, memory: this.#jury.memory() });
  }

  /** False, and nothing changed, when the snapshot does not fit this sensor and its options. */
  restore(snapshot: unknown): boolean {
    const parsed = parseHealth(snapshot, this.#channels.length, this.#options.health);
    if (parsed === null || !this.#jury.recall(parsed.memory)) return false;
    this.#closedAt = parsed.closedAt;
    parsed.states.forEach((state, index) => {
      this.#record(index).restore(state.record);
      this.#stillness.restore(index, state.run);
      this.#intake.restore(index, state.source, state.screenedOutSince);
    });
    return true;
  }

  #evidence(index: number): Evidence {
    const complaint = this.#intake.complaint(index);
    if (complaint !== null) return complaint;
    const { phase, counts } = this.#record(index);
    if (phase.kind === "latched" || phase.kind === "overridden") return "NO_VERDICT";
    const values = this.#intake.values;
    if (this.#stillness.isHeld(index)) return "STUCK";
    // Where the others have no majority, their moving says nothing either.
    const judged = this.#tally.stands;
    if (judged && this.#stillness.isStuck(index, values, this.#isWitness)) return "STUCK";
    if (counts) return this.#jury.evidenceOn(index, this.#tally, this.#jury.quorum);
    return this.#jury.hear(index, values, this.#counts);
  }

  #note(index: number, evidence: Evidence, events: ChannelEvent[]): void {
    const record = this.#record(index);
    const counted = record.counts;
    record.note(this.#closedAt, evidence, events);
    if (evidence === "STUCK" && !record.counts) this.#stillness.hold(index);
    if (record.counts && !counted) this.#stillness.forget(index);
  }

  #exclusion(index: number): Exclusion | null {
    const channel = this.#channels[index] as string;
    const { phase, excludedAt } = this.#record(index);
    switch (phase.kind) {
      case "trusted":
      case "suspected":
      case "vouched":
        return this.#screenedOut(channel, index);
      case "excluded":
      case "latched":
      case "overridden":
        return { channel, reason: phase.reason, since: excludedAt };
      case "quarantined":
      case "probation":
        return { channel, reason: "QUARANTINED", since: excludedAt };
      default:
        return unreachable(phase);
    }
  }

  #screenedOut(channel: string, index: number): Exclusion | null {
    const reason = this.#intake.complaint(index);
    const since = this.#intake.screenedOutSince(index);
    return reason === null || since === null ? null : { channel, reason, since };
  }

  #setBack(by: number): void {
    for (const record of this.#records) record.setBack(by);
    this.#intake.setBack(by);
  }

  #named(channel: string): ChannelRecord {
    const index = this.#channels.indexOf(channel);
    if (index < 0) throw new UsageError(`no such channel: ${channel}`);
    return this.#record(index);
  }

  #record(index: number): ChannelRecord {
    const record = this.#records[index];
    assert(record !== undefined, `no channel at ${index}`);
    return record;
  }
}
