/**
 * All the watchdogs of a replica, petted by one decision: the thread's, systemd's and the board's.
 * The least patient comes first: the thread ends the process, systemd starts it again, and the
 * board is reset only when that did not help.
 *
 * Invariant: nothing here pets on its own account; without `pet` from the supervision all of them
 * act.
 */
import { after, type Duration, due, type Instant, micros, seconds } from "../../kernel/time.js";
import type { Clock } from "../monotonic-clock.js";
import type { SystemdService } from "./systemd-service.js";
import type { WatchdogDevice } from "./watchdog-device.js";

export interface WatchdogStatus {
  readonly device: string;
  readonly identity: string | null;
  readonly timeout: Duration;
  readonly pets: number;
  readonly failures: number;
  readonly timeLeft: Duration | null;
}

export interface WatchdogSetStatus {
  /** Of the least patient; null where there is none at all. */
  readonly timeout: Duration | null;
  /** How often the supervision decided to pet. */
  readonly pets: number;
  readonly devices: readonly WatchdogStatus[];
  /** Those that the config asks for and that are not there, each with why. */
  readonly missing: readonly string[];
}

/**
 * A pet comes at most a quarter of the least timeout after the one before, so with this pause
 * between two of its own no device waits for half of its timeout.
 */
const pausesPerTimeout = 8;

/** How often people get to read a new line about the service. */
const describeEvery = seconds(5);

interface Kept {
  readonly device: WatchdogDevice;
  readonly pause: Duration;
  next: Instant;
}

export interface WatchdogSetParts {
  readonly clock: Clock;
  readonly devices: readonly WatchdogDevice[];
  readonly missing: readonly string[];
  readonly systemd: SystemdService | null;
  /** The replica in a line, for people who look at the service; null while it is not up. */
  readonly describe: () => string | null;
}

export class WatchdogSet {
  readonly #parts: WatchdogSetParts;
  readonly #kept: readonly Kept[];
  #describeAt: Instant;
  #pets = 0;

  constructor(parts: WatchdogSetParts) {
    const now = parts.clock.now();
    this.#parts = parts;
    this.#kept = parts.devices.map((device) => ({
      device,
      pause: micros(Math.floor(device.timeout / pausesPerTimeout)),
      next: now,
    }));
    this.#describeAt = now;
  }

  /** The supervision has decided that all is well. */
  pet(): void {
    const now = this.#parts.clock.now();
    this.#pets += 1;
    for (const kept of this.#kept) {
      if (!due(kept.next, now)) continue;
      kept.next = after(now, kept.pause);
      kept.device.pet();
    }
    this.#describe(now);
  }

  /** The replica is up. */
  ready(): void {
    this.#parts.systemd?.ready();
  }

  /** Something has happened that people should read at once, pets or not. */
  describe(): void {
    const now = this.#parts.clock.now();
    this.#describeAt = now;
    this.#describe(now);
  }

  /** The replica ends in good order. */
  stopping(): void {
    this.#parts.systemd?.stopping();
  }

  /** The replica cannot go on; its devices stay armed, so whatever happens, it is started again. */
  failed(what: string): void {
    this.#parts.systemd?.describe(`failed: ${what}`);
  }

  status(): WatchdogSetStatus {
    const timeouts = this.#kept.map(({ device }) => device.timeout);
    return {
      timeout: timeouts.length === 0 ? null : micros(Math.min(...timeouts)),
      pets: this.#pets,
      devices: this.#kept.map(({ device }) => statusOf(device)),
      missing: this.#parts.missing,
    };
  }

  /** Rejects with the first failure, when all the others have been given back. */
  async close(): Promise<void> {
    const closings = await Promise.allSettled(this.#kept.map(({ device }) => device.close()));
    this.#parts.systemd?.close();
    const failure = closings.find(({ status }) => status === "rejected");
    if (failure?.status === "rejected") throw failure.reason;
  }

  #describe(now: Instant): void {
    const { systemd, describe } = this.#parts;
    if (systemd === null || !due(this.#describeAt, now)) return;
    this.#describeAt = after(now, describeEvery);
    const line = describe();
    if (line !== null) systemd.describe(line);
  }
}

const statusOf = (device: WatchdogDevice): WatchdogStatus => ({
  device: device.name,
  identity: device.identity,
  timeout: device.timeout,
  pets: device.pets,
  failures: device.failures,
  timeLeft: device.timeLeft(),
});
