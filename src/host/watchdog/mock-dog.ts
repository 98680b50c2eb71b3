/**
 * The mock watchdog of the live host, for rehearsals in CI: it touches nothing, and tells when a
 * real one would have reset the board.
 */
import { type Duration, elapsed, micros } from "../../kernel/time.js";
import { MockWatchdog } from "../../watchdog/device.js";
import type { Clock } from "../monotonic-clock.js";
import type { TellWatchdog, WatchdogDevice } from "./watchdog-device.js";

export interface MockDogOptions {
  readonly timeout: Duration;
  readonly clock: Clock;
  readonly tell: TellWatchdog;
}

export class MockDog implements WatchdogDevice {
  readonly name = "mock";
  readonly identity = null;
  readonly timeout: Duration;
  readonly #options: MockDogOptions;
  readonly #dog: MockWatchdog;
  #failures = 0;
  #closed = false;

  /** Armed from now on. */
  constructor(options: MockDogOptions) {
    this.#options = options;
    this.timeout = options.timeout;
    this.#dog = new MockWatchdog(options.clock.now(), options.timeout);
  }

  get pets(): number {
    return this.#dog.pets;
  }

  /** Pets after the bite. */
  get failures(): number {
    return this.#failures;
  }

  timeLeft(): Duration | null {
    const [now, biteAt] = [this.#options.clock.now(), this.#dog.biteAt()];
    return this.#dog.bitten(now) ? micros(0) : elapsed(now, biteAt);
  }

  pet(): void {
    if (this.#closed) return;
    const now = this.#options.clock.now();
    if (!this.#dog.bitten(now)) {
      this.#dog.pet(now);
      return;
    }
    this.#failures += 1;
    const late = Math.round(elapsed(this.#dog.biteAt(), now) / 1_000);
    const text = `a real one would have reset the board ${late} ms ago`;
    if (this.#failures === 1) this.#options.tell("warn", text);
  }

  async close(): Promise<void> {
    this.#closed = true;
  }
}
