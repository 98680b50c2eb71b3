/**
 * The standing of one channel: may it speak, and if not, what is its way back?
 *
 *     trusted <-> suspected -> excluded <-> quarantined -> probation -> trusted
 *                        \-> latched (no way back but `release`)
 *
 *     any -> overridden -> quarantined      any -> vouched -> trusted      (by a person)
 *
 * Two complaints of PX4's users pull in opposite directions: a sensor that fails, recovers and
 * fails again must not drag the control along (#8186), and a sensor that glitched once must not be
 * lost for the whole flight (#9523). Strikes answer the first half of each: a single bad sample is
 * masked by the vote and soon forgotten. Quarantine and probation answer the second: the way back
 * is open, but slow, and may be gone only so many times an hour.
 *
 * Silence is another matter. A channel that said nothing said nothing wrong, so it comes back after
 * a short probation, and its returns are not counted: a board that is restarted five times in an
 * hour must not lose its sensors for ever.
 *
 * Strikes are the counter that confirms a fault, and that heals: complaints add to it, agreements
 * take from it. What comes too seldom to reach its end is caught by the density of errors, with the
 * next agreement.
 *
 * Above all that stands a person's word, which keeps a channel out or in until it is taken back.
 *
 * Invariants: strikes stay below `strikesMax`; no more re-admissions are remembered than an hour
 * may have.
 */
import { assert, unreachable } from "../../kernel/assert.js";
import { type Instant, seconds } from "../../kernel/time.js";
import type { FaultClass, Override, VotingEvent } from "../voter.js";
import { faultOf } from "./classify.js";
import { isDense, isHealed, nextDensity } from "./density.js";
import { type Complaint, type Evidence, isComplaint, isCounted, isSilence } from "./evidence.js";
import { type HealthOptions, strikesFor } from "./options.js";
import type { Phase, RecordState } from "./phase.js";

const hour = seconds(3_600);

/** Who was wrong so often before it fell silent is no merely silent channel: see `#strike`. */
export const liarWrongs = 2;

const trusted: Phase = { kind: "trusted" };

export class ChannelRecord {
  readonly #channel: string;
  readonly #options: HealthOptions;
  #phase: Phase = trusted;
  #strikes = 0;
  #since: Instant = 0 as Instant;
  #excludedAt: Instant = 0 as Instant;
  #readmissions: readonly Instant[] = [];
  #returnedAt: Instant | null = null;
  #density = 0;

  constructor(channel: string, options: HealthOptions) {
    this.#channel = channel;
    this.#options = options;
  }

  get phase(): Phase {
    return this.#phase;
  }

  get since(): Instant {
    return this.#since;
  }

  get excludedAt(): Instant {
    return this.#excludedAt;
  }

  /** Whether the channel's samples count in the vote. */
  get counts(): boolean {
    const { kind } = this.#phase;
    return kind === "trusted" || kind === "suspected" || kind === "vouched";
  }

  /** What kind of fault it has now; null while it has none, or a person decides. */
  fault(now: Instant): FaultClass | null {
    return faultOf(this.state(), now, this.#options);
  }

  /** Takes in what a closing said about the channel; tells `events` if its standing changed. */
  note(now: Instant, evidence: Evidence, events: VotingEvent[]): void {
    const phase = this.#phase;
    if (this.counts || isDenseOnce(phase)) {
      this.#density = nextDensity(this.#density, evidence, this.#options);
    }
    switch (phase.kind) {
      case "trusted":
      case "suspected":
        this.#noteCounting(now, evidence, events);
        break;
      case "excluded":
        this.#noteExcluded(now, phase.reason, evidence, events);
        break;
      case "quarantined":
      case "probation":
        this.#noteReturning(now, phase, evidence, events);
        break;
      case "latched":
      case "overridden":
      case "vouched":
        break;
      default:
        unreachable(phase);
    }
  }

  /** A person vouches for a latched channel: it goes into quarantine, its past forgotten. */
  release(now: Instant): boolean {
    if (this.#phase.kind !== "latched") return false;
    this.#readmissions = [];
    this.#quarantine(now, this.#phase.reason);
    return true;
  }

  /** A person's word. False, and nothing changed, where that is what holds already. */
  override(now: Instant, override: Override, events: VotingEvent[]): boolean {
    const { kind } = this.#phase;
    const standing =
      kind === "overridden" ? "exclude" : kind === "vouched" ? "include" : ("auto" as const);
    if (override === standing) return false;
    events.push({ kind: "channel-overridden", channel: this.#channel, override });
    this.#strikes = 0;
    this.#density = 0;
    if (override === "exclude") this.#shutOut(now, events);
    else if (override === "include") this.#vouch(now, events);
    else if (kind === "overridden") this.#quarantine(now, "OVERRIDDEN");
    else this.#enter(now, trusted);
    return true;
  }

  /** The clock of the closings was set back by `by` microseconds. */
  setBack(by: number): void {
    const back = (at: Instant): Instant => Math.max(0, at - by) as Instant;
    this.#since = back(this.#since);
    this.#excludedAt = back(this.#excludedAt);
    this.#readmissions = this.#readmissions.map(back);
    if (this.#returnedAt !== null) this.#returnedAt = back(this.#returnedAt);
  }

  state(): RecordState {
    return {
      phase: this.#phase,
      strikes: this.#strikes,
      since: this.#since,
      excludedAt: this.#excludedAt,
      readmissions: this.#readmissions,
      returnedAt: this.#returnedAt,
      density: this.#density,
    };
  }

  restore(state: RecordState): void {
    this.#phase = state.phase;
    this.#strikes = state.strikes;
    this.#since = state.since;
    this.#excludedAt = state.excludedAt;
    this.#readmissions = state.readmissions;
    this.#returnedAt = state.returnedAt;
    this.#density = state.density;
  }

  #shutOut(now: Instant, events: VotingEvent[]): void {
    if (this.counts) this.#excludedAt = now;
    this.#enter(now, { kind: "overridden", reason: "OVERRIDDEN" });
    const told = { reason: "OVERRIDDEN", fault: null } as const;
    events.push({ kind: "channel-excluded", channel: this.#channel, ...told });
  }

  #vouch(now: Instant, events: VotingEvent[]): void {
    const counted = this.counts;
    this.#enter(now, { kind: "vouched" });
    if (counted) return;
    events.push({ kind: "channel-readmitted", channel: this.#channel, fault: null });
  }

  #noteCounting(now: Instant, evidence: Evidence, events: VotingEvent[]): void {
    if (this.#phase.kind === "trusted" && evidence === "AGREES") return;
    if (isComplaint(evidence)) {
      this.#strike(now, evidence, events);
    } else if (evidence === "AGREES" || this.#wasSilent()) {
      this.#acquit(now, events);
    }
  }

  /**
   * Whether it is suspected of silence only: then to speak is enough, though nobody can judge what
   * it says. Else single omissions would add up for as long as there is no majority.
   */
  #wasSilent(): boolean {
    return this.#phase.kind === "suspected" && isSilence(this.#phase.reason);
  }

  /**
   * What was forgiven too often is not forgiven; nor only when the last strike would be, for a liar
   * that is wrong in one of three can see to it that one is always left.
   */
  #acquit(now: Instant, events: VotingEvent[]): void {
    this.#forgive();
    if (isDense(this.#density, this.#options)) this.#exclude(now, "ERROR_DENSITY", events);
    else if (this.#strikes === 0) this.#enter(now, trusted);
  }

  /**
   * Silence does not cover up what was wrong before it: a channel that is wrong twice and then
   * silent, again and again, would come back each time as one that said nothing wrong. A single bad
   * sample before a silence is forgotten, as always.
   */
  #strike(now: Instant, complaint: Complaint, events: VotingEvent[]): void {
    const phase = this.#phase;
    const before = phase.kind === "suspected" ? phase : { reason: complaint, wrongs: 0 };
    const silent = isSilence(complaint);
    const wrongs = Math.min(before.wrongs + (silent ? 0 : 1), liarWrongs);
    const reason = silent && wrongs === liarWrongs ? before.reason : complaint;
    this.#strikes += strikesFor(this.#options, complaint);
    if (this.#strikes >= this.#options.strikesMax) {
      this.#exclude(now, reason, events);
    } else {
      if (phase.kind === "trusted") this.#since = now;
      this.#phase = { kind: "suspected", reason, wrongs };
    }
  }

  #forgive(): void {
    this.#strikes = Math.max(0, this.#strikes - this.#options.strikesPerAgreement);
  }

  #exclude(now: Instant, reason: Complaint, events: VotingEvent[]): void {
    this.#strikes = 0;
    if (this.counts) this.#excludedAt = now;
    const latched = this.#isLatchedFor(now, reason);
    this.#enter(now, { kind: latched ? "latched" : "excluded", reason });
    const fault = this.fault(now);
    events.push({ kind: "channel-excluded", channel: this.#channel, reason, fault });
    if (latched) events.push({ kind: "channel-latched", channel: this.#channel, reason });
  }

  #isLatchedFor(now: Instant, reason: Complaint): boolean {
    return this.#options.latchOn.includes(reason) || (isCounted(reason) && this.#isSpent(now));
  }

  /** Whether the re-admissions of the last hour are used up. */
  #isSpent(now: Instant): boolean {
    this.#readmissions = this.#readmissions.filter((at) => now - at < hour);
    return this.#readmissions.length >= this.#options.readmissionsPerHourMax;
  }

  #noteExcluded(now: Instant, reason: Complaint, evidence: Evidence, events: VotingEvent[]): void {
    if (!isComplaint(evidence)) {
      if (this.#mayReturn(now, reason)) this.#beginReturn(now, reason, evidence, events);
    } else if (isSilence(reason) && !isSilence(evidence)) {
      this.#worsen(now, reason, evidence, events);
    }
  }

  /** Silence told no lie, and returns at once. */
  #mayReturn(now: Instant, reason: Complaint): boolean {
    if (isSilence(reason)) return true;
    if (reason === "ERROR_DENSITY" && !isHealed(this.#density, this.#options)) return false;
    return now - this.#excludedAt >= this.#options.dwell;
  }

  /**
   * The first sample without a complaint. After silence it is already the first of the probation.
   */
  #beginReturn(now: Instant, reason: Complaint, evidence: Evidence, events: VotingEvent[]): void {
    if (!isSilence(reason)) {
      this.#quarantine(now, reason);
    } else {
      this.#enter(now, { kind: "probation", reason, left: this.#options.returnAgreements });
      this.note(now, evidence, events);
    }
  }

  #quarantine(now: Instant, reason: Complaint): void {
    this.#strikes = 0;
    this.#enter(now, { kind: "quarantined", reason, left: this.#options.quarantineSamples });
  }

  #noteReturning(
    now: Instant,
    phase: Extract<Phase, { readonly left: number }>,
    evidence: Evidence,
    events: VotingEvent[],
  ): void {
    if (!isComplaint(evidence)) {
      this.#forgive();
      if (phase.kind === "quarantined" || evidence === "AGREES") this.#advance(now, phase, events);
    } else if (isSilence(evidence)) {
      this.#strikes += this.#options.strikesPerOmission;
      if (this.#strikes >= this.#options.strikesMax) this.#relapse(now, phase.reason);
    } else if (isSilence(phase.reason)) {
      this.#worsen(now, phase.reason, evidence, events);
    } else {
      this.#relapse(now, phase.reason);
    }
  }

  /** Silent at first and now wrong: when it lasts it is news, and costs the quick way back. */
  #worsen(now: Instant, silence: Complaint, wrong: Complaint, events: VotingEvent[]): void {
    this.#strikes += strikesFor(this.#options, wrong);
    if (this.#strikes >= this.#options.strikesMax) {
      this.#exclude(now, wrong, events);
    } else if (this.#phase.kind !== "excluded") {
      this.#enter(now, { kind: "excluded", reason: silence });
    }
  }

  /** Back to where the way began. The exclusion never ended, so there is nothing to tell. */
  #relapse(now: Instant, reason: Complaint): void {
    this.#strikes = 0;
    this.#enter(now, { kind: "excluded", reason });
  }

  #advance(
    now: Instant,
    phase: Extract<Phase, { readonly left: number }>,
    events: VotingEvent[],
  ): void {
    const left = phase.left - 1;
    assert(left >= 0, `channel ${this.#channel} stayed in ${phase.kind} too long`);
    if (left > 0) {
      this.#phase = { ...phase, left };
    } else if (phase.kind === "quarantined") {
      const { probationAgreements } = this.#options;
      this.#enter(now, { kind: "probation", reason: phase.reason, left: probationAgreements });
    } else {
      this.#readmit(now, phase.reason, events);
    }
  }

  #readmit(now: Instant, reason: Complaint, events: VotingEvent[]): void {
    this.#strikes = 0;
    if (isCounted(reason)) this.#readmissions = [...this.#readmissions, now];
    const fault = this.fault(now);
    this.#density = 0;
    this.#returnedAt = now;
    this.#enter(now, trusted);
    events.push({ kind: "channel-readmitted", channel: this.#channel, fault });
  }

  #enter(now: Instant, phase: Phase): void {
    this.#phase = phase;
    this.#since = now;
  }
}

/** While it is out for its errors their share must be seen to fall. */
const isDenseOnce = (phase: Phase): boolean =>
  "reason" in phase && phase.reason === "ERROR_DENSITY";
