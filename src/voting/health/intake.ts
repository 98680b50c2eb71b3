/**
 * What the channels say in one closing, each put in its place and screened by itself: did it speak,
 * is it recent, can it be true? Whether it is right, only the others can say (see jury.ts).
 *
 * A value that is too old is an omission, whatever it is; so is one whose source time did not move
 * where every sample should be a new measurement.
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
}

export class Intake {
  readonly #options: IntakeOptions;
  readonly #values: number[];
  readonly #ages: number[];
  readonly #complaints: (Complaint | null)[];
  readonly #sources: number[];
  readonly #omittedSince: (Instant | null)[];

  constructor(options: IntakeOptions) {
    const count = options.channels.length;
    this.#options = options;
    this.#values = new Array<number>(count).fill(Number.NaN);
    this.#ages = new Array<number>(count).fill(0);
    this.#complaints = new Array<Complaint | null>(count).fill(null);
    this.#sources = new Array<number>(count).fill(Number.NaN);
    this.#omittedSince = new Array<Instant | null>(count).fill(null);
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

  setBack(by: number): void {
    this.#sources.forEach((source, index) => {
      this.#sources[index] = source - by;
    });
    this.#omittedSince.forEach((since, index) => {
      if (since !== null) this.#omittedSince[index] = Math.max(0, since - by) as Instant;
    });
  }

  restore(index: number, source: number, omittedSince: Instant | null): void {
    this.#sources[index] = source;
    this.#omittedSince[index] = omittedSince;
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
    return value >= min && value <= max && Number.isFinite(value) ? null : "OUT_OF_RANGE";
  }
}
