/**
 * A watchdog device of the live host: a timer that acts when nobody pets it for as long as its
 * timeout. What it then does is its own matter: it kills the process, has it started again, or
 * resets the board. Who pets decides nothing here: src/watchdog does.
 *
 * Invariant: `pet` neither throws nor waits. A pet that did not get through is told and counted,
 * and the device then acts by itself.
 */
import type { Duration } from "../../kernel/time.js";

export interface WatchdogDevice {
  /** How people call it: `thread`, `/dev/watchdog0`. */
  readonly name: string;
  /** What its driver calls the hardware; null where there is nothing to add to the name. */
  readonly identity: string | null;
  /** What it really waits, whatever it was asked for. */
  readonly timeout: Duration;
  /** Pets that got through. */
  readonly pets: number;
  /** Pets that did not. */
  readonly failures: number;
  /** What remains until it acts; null where it cannot say. */
  timeLeft(): Duration | null;
  pet(): void;
  /** Disarms it where its driver and its policy allow. Closing twice is harmless. */
  close(): Promise<void>;
}

export type WatchdogRefusalReason =
  /** There is no such device. */
  | "missing"
  /** Another process has it. */
  | "busy"
  | "not-permitted"
  /** It cannot wait as long, or as short, as it should. */
  | "timeout"
  | "other";

/** A watchdog was asked for and is not armed; nothing of it is left open. */
export class WatchdogRefusal extends Error {
  override readonly name = "WatchdogRefusal";
  readonly device: string;
  readonly reason: WatchdogRefusalReason;
  /** What is wrong, and what a person can do about it. */
  readonly advice: string;

  constructor(device: string, reason: WatchdogRefusalReason, advice: string) {
    super(`the watchdog ${device} cannot be armed: ${advice}`);
    this.device = device;
    this.reason = reason;
    this.advice = advice;
  }
}

/** Something that a person should know, once: a difference, a limit, a pet that failed. */
export type TellWatchdog = (level: "info" | "warn", text: string) => void;
