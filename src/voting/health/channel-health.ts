/**
 * Channel health: which channels of a sensor may speak in the vote. It stands in front of every
 * voter and is the same for all of them.
 *
 * A closing goes in this order: `take` the samples and screen each by itself; `vote` on those that
 * count; `judge` everyone by the tally. The judgement of a closing counts from the next one on: the
 * vote itself masks what is wrong in this one. But that something is wrong is said at once: see
 * `faultless`.
 *
 * A voter that was itself late sees everyone old or missing. It then votes as it can, and judges
 * nobody (PX4 #19139: a parameter update stalled the loop, and healthy sensors were timed out).
 */
import { assert, UsageError, unreachable } from "../../kernel/assert.js";
import type { Duration, Instant } from "../../kernel/time.js";
import { Ballots } from "../ballots.js";
import { Tally } from "../tally.js";
import type {
  Caveat,
  Exclusion,
  ExclusionReason,
  FaultClass,
  Override,
  Sample,
  Voter,
  VotingEvent,
} from "../voter.js";
import { ChannelRecord } from "./channel-record.js";
import { type Evidence, isComplaint } from "./evidence.js";
import { Hearing } from "./hearing.js";
import { Intake } from "./intake.js";
import { CommonMode } from "./joint-step.js";
import { fill, Jury } from "./jury.js";
import type { HealthOptions } from "./options.js";
import type { Phase } from "./phase.js";
import { encodeHealth, parseHealth } from "./snapshot.js";

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
  readonly #jury: Jury;
  readonly #hearing: Hearing;
  readonly #commonMode: CommonMode;
  readonly #ballots: Ballots;
  readonly #tally = new Tally();
  readonly #counts = (index: number): boolean => this.#record(index).counts;
  readonly #lastValue = (index: number): number => this.#hearing.stillness.lastValue(index);
  /** By channel, what was heard of it; filled anew in every closing. */
  readonly #heard: Evidence[];
  #untold: VotingEvent[] = [];
  #closedAt: Instant = 0 as Instant;
  #faultless = true;

  constructor(options: ChannelHealthOptions) {
    const { channels, tolerance, voter, health, min, max, ageMax } = options;
    const { requireNewSource, rateMax } = health;
    const count = channels.length;
    this.#channels = channels;
    this.#options = options;
    this.#records = channels.map((channel) => new ChannelRecord(channel, health));
    const screening = { channels, min, max, ageMax, requireNewSource, rateMax, tolerance };
    this.#intake = new Intake(screening);
    this.#jury = new Jury({ channelCount: count, voter, tolerance });
    const counts = this.#counts;
    this.#hearing = new Hearing({ count, tolerance, health, jury: this.#jury, counts });
    this.#commonMode = new CommonMode(health.commonStepMax);
    this.#ballots = new Ballots(count);
    this.#heard = new Array<Evidence>(count).fill("NO_VERDICT");
  }

  /** Takes the samples of a closing. `now` may go back: the cluster's clock may be set. */
  take(now: Instant, samples: readonly Sample[]): void {
    if (now < this.#closedAt) this.#setBack(this.#closedAt - now);
    this.#closedAt = now;
    this.#intake.take(now, samples);
  }

  /** Whether in the last closing that was judged there was nothing to complain of. */
  get faultless(): boolean {
    return this.#faultless;
  }

  /** What makes the verdict as a whole doubtful, the voter's own lateness apart. */
  get caveat(): Caveat | null {
    return this.#commonMode.caveat;
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
  judge(): VotingEvent[] {
    const events = this.tell();
    const { values } = this.#intake;
    const event = this.#commonMode.look(this.#closedAt, values, this.#lastValue, this.#counts);
    if (event !== null) events.push(event);
    this.#hearing.open(values, this.#ballots, this.#tally);
    // All are heard before any is noted: a standing lost now must not weigh in the others' hearing.
    for (let index = 0; index < values.length; index += 1) {
      this.#heard[index] = this.#evidence(index);
    }
    this.#faultless = true;
    for (let index = 0; index < values.length; index += 1) {
      this.#note(index, this.#heard[index] as Evidence, events);
    }
    return events;
  }

  /** Judges nobody, because the voter was late; tells what persons did. */
  skip(): VotingEvent[] {
    this.#commonMode.skip();
    return this.tell();
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
  tell(): VotingEvent[] {
    const untold = this.#untold;
    this.#untold = [];
    return untold;
  }

  standing(): ChannelStanding[] {
    return this.#channels.map((channel, index) => {
      const record = this.#record(index);
      const { phase, since } = record;
      const value = this.#lastValue(index);
      const fault = record.fault(this.#closedAt);
      const reason = "reason" in phase ? phase.reason : null;
      const lastValue = Number.isNaN(value) ? null : value;
      return { channel, state: phase.kind, reason, since, lastValue, fault };
    });
  }

  snapshot(): unknown {
    const states = this.#records.map((record, index) => ({
      record: record.state(),
      run: this.#hearing.stillness.run(index),
      residual: this.#hearing.residuals.state(index),
      activity: this.#hearing.activity.state(index),
      source: this.#intake.sourceOf(index),
      screenedOutSince: this.#intake.screenedOutSince(index),
      accepted: this.#intake.accepted(index),
    }));
    const commonMode = this.#commonMode.state();
    const memory = this.#jury.memory();
    return encodeHealth({ closedAt: this.#closedAt, states, commonMode, memory });
  }

  /** False, and nothing changed, when the snapshot does not fit this sensor and its options. */
  restore(snapshot: unknown): boolean {
    const parsed = parseHealth(snapshot, this.#channels.length, this.#options.health);
    if (parsed === null || !this.#jury.recall(parsed.memory)) return false;
    this.#closedAt = parsed.closedAt;
    parsed.states.forEach((state, index) => {
      this.#record(index).restore(state.record);
      this.#hearing.stillness.restore(index, state.run);
      this.#hearing.residuals.restore(index, state.residual);
      this.#hearing.activity.restore(index, state.activity);
      const { source, screenedOutSince, accepted } = state;
      this.#intake.restore(index, source, screenedOutSince, accepted);
    });
    this.#commonMode.restore(parsed.commonMode);
    return true;
  }

  #evidence(index: number): Evidence {
    const complaint = this.#intake.complaint(index);
    if (complaint !== null) return complaint;
    const { kind } = this.#record(index).phase;
    // Whom no sample brings back, and whom none drives out.
    const isSettled = kind === "latched" || kind === "overridden" || kind === "vouched";
    return isSettled ? "NO_VERDICT" : this.#hearing.hear(index);
  }

  #note(index: number, evidence: Evidence, events: VotingEvent[]): void {
    const record = this.#record(index);
    const counted = record.counts;
    record.note(this.#closedAt, evidence, events);
    if (isComplaint(evidence) || !record.counts) this.#faultless = false;
    if (!isComplaint(evidence)) this.#intake.accept(this.#closedAt, index);
    if (!record.counts) this.#hearing.hold(index, evidence);
    else if (!counted) this.#hearing.forget(index);
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
    this.#commonMode.setBack(by);
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
