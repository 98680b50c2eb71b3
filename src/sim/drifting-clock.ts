/**
 * The clock of one simulated board: a crystal that runs a little too fast or too slow.
 *
 *     reading = reading at the last change of rate + floor(true time since then * rate)
 *
 * All of it is integer arithmetic, exact to the microsecond: what a change of rate leaves below a
 * microsecond is carried on. A floating-point clock loses microseconds after hours, and a lease is
 * safe or unsafe by one of them.
 *
 * Invariant: readings never go back, and `whenReads(r)` is the first true time that reads `r` or
 * more.
 */
import { assert } from "../kernel/assert.js";
import { type Instant, instant } from "../kernel/time.js";
import { never, type TrueTime } from "./true-time.js";

const million = 1_000_000;

/** A rate is off by less than this: a crystal that is worse stands still or is no clock. */
export const ratePpmMax = 500_000;

/** So much true time at most is multiplied by a rate at once, so that the product is exact. */
const stretchMax = 2 ** 31;

export class DriftingClock {
  /** The last instant at which the sum was settled: true time, reading, and 1e-6 µs beyond it. */
  #settledAt: TrueTime;
  #reading: number;
  #fraction = 0;
  #ratePpm: number;

  /**
   * @param ratePpm how much faster than true time it runs, in parts per million; may be negative
   */
  constructor(settledAt: TrueTime, reading: Instant, ratePpm: number) {
    assertRate(ratePpm);
    this.#settledAt = settledAt;
    this.#reading = reading;
    this.#ratePpm = ratePpm;
  }

  get ratePpm(): number {
    return this.#ratePpm;
  }

  /** What the clock shows at `now`, which never goes back. */
  read(now: TrueTime): Instant {
    if (now - this.#settledAt > stretchMax) this.#settle(now);
    return instant(this.#reading + Math.floor(this.#partsAt(now) / million));
  }

  /** The first true time at which the clock shows `reading` or more; `never` beyond 285 years. */
  whenReads(reading: Instant): TrueTime {
    const ahead = reading - this.#reading;
    if (ahead <= 0) return this.#settledAt;
    const rate = million + this.#ratePpm;
    const parts = ahead * million - this.#fraction;
    if (ahead < stretchMax) return (this.#settledAt + Math.ceil(parts / rate)) as TrueTime;
    // Farther ahead the product leaves the exact integers; such deadlines are rare.
    const exact = BigInt(ahead) * BigInt(million) - BigInt(this.#fraction);
    const at = this.#settledAt + Number((exact + BigInt(rate) - 1n) / BigInt(rate));
    return Number.isSafeInteger(at) ? (at as TrueTime) : never;
  }

  /**
   * The true time, in fractions of a microsecond, at which the clock showed or will show `reading`.
   * Before its last change of rate it is reckoned with the rate of now.
   */
  trueTimeOf(reading: Instant): number {
    const parts = (reading - this.#reading) * million - this.#fraction;
    return this.#settledAt + parts / (million + this.#ratePpm);
  }

  /** From `now` on the clock runs at another rate. What it shows does not jump. */
  setRate(now: TrueTime, ratePpm: number): void {
    assertRate(ratePpm);
    this.#settle(now);
    this.#ratePpm = ratePpm;
  }

  /** The time since the settling, in millionths of a microsecond of this clock. */
  #partsAt(now: TrueTime): number {
    assert(now >= this.#settledAt, `the true time went back to ${now}`);
    return this.#fraction + (now - this.#settledAt) * (million + this.#ratePpm);
  }

  #settle(now: TrueTime): void {
    while (this.#settledAt < now) {
      const stretchEnd = Math.min(now, this.#settledAt + stretchMax) as TrueTime;
      const parts = this.#partsAt(stretchEnd);
      this.#reading += Math.floor(parts / million);
      this.#fraction = parts % million;
      this.#settledAt = stretchEnd;
    }
  }
}

function assertRate(ratePpm: number): void {
  assert(Number.isSafeInteger(ratePpm), `not a rate in ppm: ${ratePpm}`);
  assert(Math.abs(ratePpm) <= ratePpmMax, `a clock that is off by ${ratePpm} ppm`);
}
