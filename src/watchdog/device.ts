/**
 * A watchdog device as a value: a timer that, once armed, must be petted again and again, and bites
 * when it was not for as long as its timeout. Nothing stops it, as with `nowayout` on Linux, and a
 * pet after the bite is too late. The simulator and the mock dog of the live host both use it.
 */
import { assert } from "../kernel/assert.js";
import { after, type Duration, due, type Instant } from "../kernel/time.js";

export class MockWatchdog {
  readonly timeout: Duration;
  #biteAt: Instant;
  #pets = 0;

  /** Armed at `now`. */
  constructor(now: Instant, timeout: Duration) {
    assert(timeout > 0, "a dog without patience bites at once");
    this.timeout = timeout;
    this.#biteAt = after(now, timeout);
  }

  /** How often it was petted in time. */
  get pets(): number {
    return this.#pets;
  }

  /** When it bites, or has bitten, if no pet comes before. */
  biteAt(): Instant {
    return this.#biteAt;
  }

  bitten(now: Instant): boolean {
    return due(this.#biteAt, now);
  }

  /** Puts the bite off by `timeout` from now; without effect once it has bitten. */
  pet(now: Instant): void {
    if (this.bitten(now)) return;
    this.#biteAt = after(now, this.timeout);
    this.#pets += 1;
  }
}
