/**
 * The watchdog device of a simulated board: it counts whatever the program does, and resets the
 * board when it was not petted for `timeout`. Petting is frequent, so it only moves the time of the
 * bite; the one event that waits looks at it when it comes.
 *
 * Invariant: it bites exactly `timeout` after the start or the last pet, and once a start.
 */
import type { Duration } from "../kernel/time.js";
import { later, never, type TrueTime } from "./true-time.js";

export interface WatchdogDeviceOptions {
  readonly timeout: Duration;
  now(): TrueTime;
  schedule(at: TrueTime, run: () => void): void;
  bite(): void;
}

export class WatchdogDevice {
  readonly #options: WatchdogDeviceOptions;
  #bitesAt: TrueTime = never;
  #waiting = false;
  readonly #look = (): void => this.#onLook();

  constructor(options: WatchdogDeviceOptions) {
    this.#options = options;
  }

  /** Begins to count, as at power-on. */
  start(): void {
    this.#bitesAt = later(this.#options.now(), this.#options.timeout);
    this.#wait();
  }

  stop(): void {
    this.#bitesAt = never;
  }

  /** Petting a device that does not count starts nothing. */
  pet(): void {
    if (this.#bitesAt === never) return;
    this.#bitesAt = later(this.#options.now(), this.#options.timeout);
  }

  #onLook(): void {
    this.#waiting = false;
    if (this.#bitesAt === never) return;
    if (this.#options.now() < this.#bitesAt) {
      this.#wait();
      return;
    }
    this.#bitesAt = never;
    this.#options.bite();
  }

  #wait(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    this.#options.schedule(this.#bitesAt, this.#look);
  }
}
