/**
 * What the channels say in one closing, each put in its place and screened by itself: did it speak,
 * is it recent and sound, can it be true? Whether it is right, only the others can say (see
 * jury.ts).
 *
 * What went wrong on the way of a sample is no word of the channel: neither its value nor its
 * source time is looked at. A value that is too old is an omission, whatever it is; so is one whose
 * source time did not move where every sample should be a new measurement.
 */
import { assert } from "../../kernel/assert.js";
import type { Duration, Instant } from "../../kernel/time.js";
import type { Sample } from "../voter.js";
import type { Complaint } from "./evidence.js";

export interface IntakeOptions {
  readonly channels: readonly string[];
  readonly min: number;
  readonly max: number;
  readonly ageMax: Duration;
  readonly requireNewSource: boolean;
  /** How fast the quantity can change, in the sensor's unit a second. */
  readonly rateMax: number;
  /** How far apart two healthy samples may be all the same, in the sensor's unit. */
  readonly tolerance: number;
}

/** What one channel said last that could be true and was not contradicted; NaN for nothing. */
export interface Accepted {
  readonly value: number;
  readonly at: number;
}

const nothing: Accepted = { value: Number.NaN, at: Number.NaN };

const usPerSecond = 1_000_000;

export class Intake {
  readonly #options: IntakeOptions;
  readonly #values: number[];
  readonly #ages: number[];
  readonly #complaints: (Complaint | null)[];
  readonly #sources: number[];
  readonly #omittedSince: (Instant | null)[];
  readonly #accepted: Accepted[];

  constructor(options: IntakeOptions) {
    const count = options.channels.length;
    this.#options = options;
    this.#values = new Array<number>(count).fill(Number.NaN);
    this.#ages = new Array<number>(count).fill(0);
    this.#complaints = new Array<Complaint | null>(count).fill(null);
    this.#sources = new Array<number>(count).fill(Number.NaN);
    this.#omittedSince = new Array<Instant | null>(count).fill(null);
    this.#accepted = new Array<Accepted>(count).fill(nothing);
  }

  /** By channel, its value; NaN where it passed no screening. */
  get values(): readonly number[] {
    return this.#values;
  }

  /** By channel, how old its value was when the vector was closed; 0 where it sent none. */
  get ages(): readonly number[] {
    return this.#ages;
  }

  complaint(index: number): Complaint | null {
    return this.#complaints[index] ?? null;
  }

  /** Since when the channel's samples have been screened out without a break; null when not. */
  screenedOutSince(index: number): Instant | null {
    return this.#omittedSince[index] ?? null;
  }

  /** The newest source time of a channel; NaN before the first. It may lie before the clock's 0. */
  sourceOf(index: number): number {
    return this.#sources[index] as number;
  }

  accepted(index: number): Accepted {
    return this.#accepted[index] ?? nothing;
  }

  take(now: Instant, samples: readonly Sample[]): void {
    this.#values.fill(Number.NaN);
    this.#ages.fill(0);
    this.#complaints.fill("NO_DATA");
    for (const sample of samples) this.#put(now, sample);
    for (let index = 0; index < this.#values.length; index += 1) {
      if (this.#complaints[index] === null) this.#omittedSince[index] = null;
      else this.#omittedSince[index] ??= now;
    }
  }

  /**
   * Nobody contradicted what the channel says in this closing: the rate is reckoned from it. A bad
   * sample that passed (the first of all, or one after a long silence) would else make all the good
   * ones after it too fast.
   */
  accept(now: Instant, index: number): void {
    const value = this.#values[index] as number;
    const isAsked = this.#options.rateMax !== Number.POSITIVE_INFINITY;
    if (isAsked && !Number.isNaN(value)) this.#accepted[index] = { value, at: now };
  }

  setBack(by: number): void {
    this.#sources.forEach((source, index) => {
      this.#sources[index] = source - by;
    });
    this.#omittedSince.forEach((since, index) => {
      if (since !== null) this.#omittedSince[index] = Math.max(0, since - by) as Instant;
    });
    this.#accepted.forEach(({ value, at }, index) => {
      this.#accepted[index] = { value, at: at - by };
    });
  }

  restore(index: number, source: number, omittedSince: Instant | null, accepted: Accepted): void {
    this.#sources[index] = source;
    this.#omittedSince[index] = omittedSince;
    this.#accepted[index] = accepted;
  }

  #put(now: Instant, sample: Sample): void {
    const index = this.#options.channels.indexOf(sample.channel);
    assert(index >= 0, `no such channel: ${sample.channel}`);
    assert(this.#complaints[index] === "NO_DATA", `two samples of channel ${sample.channel}`);
    // A sample whose way went wrong says nothing about the channel: not its value, nor its time.
    if (sample.fault !== undefined) this.#complaints[index] = sample.fault;
    if (sample.value === null || sample.fault !== undefined) return;
    const complaint = this.#screen(now, index, sample.value, sample.age);
    this.#complaints[index] = complaint;
    this.#ages[index] = sample.age;
    if (complaint === null) this.#values[index] = sample.value;
  }

  #screen(now: Instant, index: number, value: number, age: Duration): Complaint | null {
    const { ageMax, min, max, requireNewSource } = this.#options;
    const source = now - age;
    const moved = !(source <= (this.#sources[index] as number));
    if (moved) this.#sources[index] = source;
    if (age > ageMax || (requireNewSource && !moved)) return "STALE_TIMESTAMP";
    if (!(value >= min && value <= max && Number.isFinite(value))) return "OUT_OF_RANGE";
    return this.#isTooFast(now, index, value) ? "RATE_LIMIT" : null;
  }

  /**
   * By the time since the last value that could be true: so a jump that really was is believed
   * after a while. The ages have no part in it, for they differ from replica to replica.
   */
  #isTooFast(now: Instant, index: number, value: number): boolean {
    const { rateMax, tolerance } = this.#options;
    if (rateMax === Number.POSITIVE_INFINITY) return false;
    const last = this.accepted(index);
    const reach = (rateMax * (now - last.at)) / usPerSecond + tolerance;
    // False where nothing was accepted yet.
    return Math.abs(value - last.value) > reach;
  }
}
