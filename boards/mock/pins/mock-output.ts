/**
 * An output line of the mock: a level or a duty on its net, which ends at its own moment.
 *
 * Values are those of the request: with `activeLow` a 1 puts the net at 0.
 */
import { type Instant, instant } from "../../../src/kernel/time.js";
import type { WriteRefusal, WriteResult } from "../../board.js";
import type { OutputLine, OutputRequest } from "../../pin-board.js";
import { safeValue } from "../../pins.js";
import type { Net } from "./net.js";
import type { Timed } from "./timed.js";

export interface MockOutputOptions {
  readonly pin: string;
  readonly net: Net;
  readonly request: OutputRequest;
  /** A level, or any share of the time. */
  readonly takes: "level" | "duty";
  /** Makes everything happen that is due. */
  readonly settle: (now: Instant) => void;
  readonly onClose: () => void;
}

const ok: WriteResult = { ok: true };
const refuse = (reason: WriteRefusal): WriteResult => ({ ok: false, reason });

export class MockOutput implements OutputLine, Timed {
  readonly pin: string;
  readonly #options: MockOutputOptions;
  /** Null: the line is let go. */
  #value: number | null = null;
  #until: Instant | null = null;
  #closed = false;

  constructor(now: Instant, options: MockOutputOptions) {
    this.pin = options.pin;
    this.#options = options;
    const { initial, safe } = options.request;
    this.#put(now, initial === "safe" ? safeValue(safe, null) : initial);
  }

  write(now: Instant, value: number, until: Instant | null): WriteResult {
    this.#options.settle(now);
    const refusal = this.#refusal(value);
    if (refusal !== null) return refuse(refusal);
    if (until !== null && until <= now) return refuse("expired");
    this.#until = until;
    this.#put(now, value);
    return ok;
  }

  release(now: Instant): WriteResult {
    this.#options.settle(now);
    if (this.#closed) return refuse("closed");
    this.#makeSafe(now);
    return ok;
  }

  readBack(now: Instant): number | null {
    this.#options.settle(now);
    const { net, request } = this.#options;
    if (this.#value === null || net.value === null) return null;
    return request.activeLow ? 1 - net.value : net.value;
  }

  close(now: Instant): void {
    if (this.#closed) return;
    this.#options.settle(now);
    this.#makeSafe(now);
    this.#closed = true;
    this.#options.onClose();
  }

  deadline(): Instant | null {
    return this.#until;
  }

  happen(): void {
    this.#makeSafe(this.#until ?? instant(0));
  }

  #refusal(value: number): WriteRefusal | null {
    if (this.#closed) return "closed";
    if (!Number.isFinite(value)) return "not-finite";
    return canBe(value, this.#options.takes) ? null : "out-of-range";
  }

  #makeSafe(at: Instant): void {
    this.#until = null;
    this.#put(at, safeValue(this.#options.request.safe, this.#value));
  }

  #put(at: Instant, value: number | null): void {
    this.#value = value;
    const { net, pin, request } = this.#options;
    net.drive(at, pin, value !== null && request.activeLow ? 1 - value : value);
  }
}

export const canBe = (value: number, takes: "level" | "duty"): boolean =>
  takes === "level" ? value === 0 || value === 1 : value >= 0 && value <= 1;
