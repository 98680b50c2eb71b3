/**
 * An output whose command the host ends: the kernel knows no leases, so a timer of this process
 * puts the line into its safe state at `until`. It ends too when somebody looks later than that,
 * with the same effect; who is stopped or dead ends nothing, which the board says by `expires`.
 *
 * A safe state that cannot be written is tried again while the line is open.
 *
 * Invariant: after `until` and after `release` nothing but the safe state was told to the driver.
 */
import type { LoopTimer } from "../../src/host/wake-timer.js";
import { after, due, type Instant, millis } from "../../src/kernel/time.js";
import type { SafeState, WriteRefusal, WriteResult } from "../board.js";
import type { OutputLine } from "../pin-board.js";
import type { Troubles } from "./troubles.js";

/** What moves the hardware. Each answers null, or why it could not. */
export interface LineDriver {
  drive(value: number): string | null;
  /** Lets go of the line: an input, or PWM that is off. */
  letGo(): string | null;
  /** What the pin has; null where it is let go, or cannot be told. */
  read(): number | null;
  shut(): void;
}

export interface TimedOutputParts {
  readonly pin: string;
  readonly safe: SafeState;
  /** PWM takes all between 0 and 1. */
  readonly takes: "levels" | "duties";
  readonly driver: LineDriver;
  readonly troubles: Troubles;
  readonly timer: (wake: () => void) => LoopTimer;
  readonly onClose: () => void;
}

/** Between two tries to make a line safe. */
const retryPeriod = millis(100);

const done: WriteResult = { ok: true };
const refuse = (reason: WriteRefusal): WriteResult => ({ ok: false, reason });

export class TimedOutput implements OutputLine {
  readonly pin: string;
  readonly #parts: TimedOutputParts;
  readonly #timer: LoopTimer;
  #until: Instant | null = null;
  #closed = false;

  constructor(parts: TimedOutputParts) {
    this.pin = parts.pin;
    this.#parts = parts;
    this.#timer = parts.timer(() => {
      if (this.#until !== null) this.#end(this.#until);
    });
  }

  write(now: Instant, value: number, until: Instant | null): WriteResult {
    this.#settle(now);
    const refusal = this.#refusalOf(now, value, until);
    if (refusal !== null) return refuse(refusal);
    if (!this.#did(this.#parts.driver.drive(value))) return refuse("lost");
    this.#until = until;
    this.#timer.set(until);
    return done;
  }

  #refusalOf(now: Instant, value: number, until: Instant | null): WriteRefusal | null {
    if (this.#closed) return "closed";
    if (!Number.isFinite(value)) return "not-finite";
    if (!isWithin(this.#parts.takes, value)) return "out-of-range";
    return due(until, now) ? "expired" : null;
  }

  release(now: Instant): WriteResult {
    if (this.#closed) return refuse("closed");
    return this.#end(now) ? done : refuse("lost");
  }

  readBack(now: Instant): number | null {
    if (this.#closed) return null;
    this.#settle(now);
    return this.#parts.driver.read();
  }

  close(now: Instant): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#end(now);
    this.#parts.driver.shut();
    this.#parts.troubles.clear(`${this.pin} write`);
    this.#parts.onClose();
  }

  #settle(now: Instant): void {
    if (!this.#closed && due(this.#until, now)) this.#end(now);
  }

  /** Again and again while it fails: nobody else makes the line safe. */
  #end(now: Instant): boolean {
    const isSafe = this.#did(makeSafe(this.#parts.driver, this.#parts.safe));
    this.#until = isSafe || this.#closed ? null : after(now, retryPeriod);
    this.#timer.set(this.#until);
    return isSafe;
  }

  #did(trouble: string | null): boolean {
    const { troubles } = this.#parts;
    if (trouble === null) {
      troubles.clear(`${this.pin} write`);
      return true;
    }
    troubles.count("write-failed");
    troubles.fail(`${this.pin} write`, `${this.pin} could not be written: ${trouble}`, trouble);
    return false;
  }
}

/** Null, or why it could not: what holds is left as it is. */
export function makeSafe(driver: LineDriver, safe: SafeState): string | null {
  if (safe.kind === "hold") return null;
  return safe.kind === "value" ? driver.drive(safe.value) : driver.letGo();
}

export const isWithin = (takes: "levels" | "duties", value: number): boolean =>
  takes === "levels" ? value === 0 || value === 1 : value >= 0 && value <= 1;
