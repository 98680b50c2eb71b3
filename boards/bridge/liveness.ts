/**
 * Whether a device is heard: it is silent when three of its beats did not come. A host that was not
 * awake to listen judges nobody until it has read what waited for it.
 */
import { type Duration, elapsed, type Instant, micros, millis } from "../../src/kernel/time.js";
import { beatPeriod } from "./frames.js";

/** Three beats that did not come, and half of one for those that are a little late. */
export const silentAfter: Duration = micros((7 * beatPeriod) / 2);

/** Between two ticks; they come several times as often. */
const sleptAfter: Duration = millis(100);

export class Liveness {
  #heardAt: Instant;
  #tickedAt: Instant;
  #wokeAt: Instant;

  constructor(now: Instant) {
    this.#heardAt = now;
    this.#tickedAt = now;
    this.#wokeAt = now;
  }

  /** The last beat, or what counted as one. */
  get heardAt(): Instant {
    return this.#heardAt;
  }

  hear(now: Instant): void {
    this.#heardAt = now;
  }

  tick(now: Instant): void {
    if (elapsed(this.#tickedAt, now) > sleptAfter) this.#wokeAt = now;
    this.#tickedAt = now;
  }

  isSilent(now: Instant): boolean {
    const slept = elapsed(this.#tickedAt, now) > sleptAfter;
    const justWoke = elapsed(this.#wokeAt, now) <= beatPeriod;
    const isHeard = elapsed(this.#heardAt, now) <= silentAfter;
    return !isHeard && !slept && !justWoke;
  }
}
