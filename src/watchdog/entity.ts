/**
 * One supervised entity: how often it checked in during its reference cycle, and how many cycles
 * were wrong. The arithmetic is that of AUTOSAR's Watchdog Manager (alive supervision): a cycle is
 * right when the checkpoints are within the margins of the expected count; a wrong one counts up,
 * a right one counts down, and above the tolerance the entity has failed. There an expired entity
 * stays so until the reset; here it is restored when the count is down to 0, because whether the
 * board resets is the dog's decision and not ours.
 *
 * Invariant: a reference cycle is judged once, at its end or when it has one checkpoint too many.
 */
import { assert } from "../kernel/assert.js";
import { after, type Duration, elapsed, type Instant, micros } from "../kernel/time.js";

export interface EntitySettings {
  readonly entity: string;
  /** The length of a reference cycle. */
  readonly cycle: Duration;
  /** How many checkpoints a reference cycle should see, at least 1. */
  readonly expected: number;
  /** So many fewer are still right; less than `expected`, or silence would be right. */
  readonly minMargin: number;
  /** So many more are still right. */
  readonly maxMargin: number;
  /** So many wrong cycles are borne, 0 for none. */
  readonly failedCyclesMax: number;
}

export type EntityStatus = "starting" | "ok" | "failed";

export class Entity {
  readonly settings: EntitySettings;
  #status: EntityStatus = "starting";
  /** When the grace ends, or the reference cycle; null when failed without ever checking in. */
  #ends: Instant | null;
  #count = 0;
  #judged = false;
  #wrongCycles = 0;
  #lastCheckpoint: Instant | null = null;

  constructor(settings: EntitySettings, graceEnds: Instant) {
    const { entity, cycle, expected, minMargin, maxMargin, failedCyclesMax } = settings;
    assert(cycle > 0, `${entity}: a reference cycle takes time`);
    assert(minMargin >= 0 && minMargin < expected, `${entity}: silence must never be right`);
    assert(maxMargin >= 0 && failedCyclesMax >= 0, `${entity}: a negative margin`);
    this.settings = settings;
    this.#ends = graceEnds;
  }

  get status(): EntityStatus {
    return this.#status;
  }

  /** Null before the first. */
  get lastCheckpoint(): Instant | null {
    return this.#lastCheckpoint;
  }

  /** When there is something to judge. */
  deadline(): Instant | null {
    return this.#ends;
  }

  /** The first checkpoint begins the first reference cycle. To be called after `judge`. */
  checkpoint(now: Instant): void {
    this.#lastCheckpoint = now;
    if (this.#status === "starting" || this.#ends === null) {
      if (this.#status === "starting") this.#status = "ok";
      this.#ends = after(now, this.settings.cycle);
    }
    // One too many is all there is to know; a runaway entity counts no further.
    this.#count = Math.min(this.#count + 1, this.#countMax + 1);
    if (this.#count > this.#countMax) this.#judgeCycle(false);
  }

  /** Judges the grace or the cycles that are over at `now`. */
  judge(now: Instant): void {
    if (this.#ends === null || now < this.#ends) return;
    if (this.#status === "starting") {
      this.#failWithoutStart();
      return;
    }
    const { cycle, expected, minMargin } = this.settings;
    this.#judgeCycle(this.#count >= expected - minMargin);
    // Cycles that nobody was awake to count saw no checkpoint. Past the tolerance they add nothing.
    const missed = Math.floor(elapsed(this.#ends, now) / cycle);
    for (let index = 0; index < Math.min(missed, this.#wrongCyclesMax); index += 1) {
      this.#beginCycle();
      this.#judgeCycle(false);
    }
    this.#beginCycle();
    this.#ends = after(this.#ends, micros((missed + 1) * cycle));
  }

  get #countMax(): number {
    return this.settings.expected + this.settings.maxMargin;
  }

  /** Where the count of wrong cycles ends: so many right ones restore the entity. */
  get #wrongCyclesMax(): number {
    return this.settings.failedCyclesMax + 1;
  }

  #failWithoutStart(): void {
    this.#status = "failed";
    this.#wrongCycles = this.#wrongCyclesMax;
    this.#ends = null;
  }

  #beginCycle(): void {
    this.#count = 0;
    this.#judged = false;
  }

  #judgeCycle(right: boolean): void {
    if (this.#judged) return;
    this.#judged = true;
    const counted = this.#wrongCycles + (right ? -1 : 1);
    this.#wrongCycles = Math.min(Math.max(counted, 0), this.#wrongCyclesMax);
    if (this.#wrongCycles === this.#wrongCyclesMax) this.#status = "failed";
    else if (this.#wrongCycles === 0) this.#status = "ok";
  }
}
