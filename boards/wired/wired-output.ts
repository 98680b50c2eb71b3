/** An output of the board, made of a pin: judged, scaled, and put back when it has ended. */
import { due, type Instant } from "../../src/kernel/time.js";
import type { OutputSpec, SafeState, WriteRefusal, WriteResult } from "../board.js";
import type { OutputLine, OutputRequest, PinBoard, PinRefusal } from "../pin-board.js";
import type { OutputWiring } from "./wiring.js";

const refuse = (reason: WriteRefusal): WriteResult => ({ ok: false, reason });

export class WiredOutput {
  readonly spec: OutputSpec;
  readonly #wiring: OutputWiring;
  #line: OutputLine | null = null;
  /** When the last command ends; null when it has, or was released. */
  #until: Instant | null = null;

  constructor(spec: OutputSpec, wiring: OutputWiring) {
    this.spec = spec;
    this.#wiring = wiring;
  }

  get isOpen(): boolean {
    return this.#line !== null;
  }

  /** Null when it is open; opening once more does no harm. */
  open(now: Instant, pins: PinBoard): PinRefusal | null {
    if (this.#line !== null) return null;
    const { pin, activeLow } = this.#wiring;
    const safe = this.#safe();
    const request: OutputRequest = { initial: "safe", safe, activeLow };
    const opened =
      this.#wiring.kind === "pwm"
        ? pins.openPwm(now, pin, { ...request, frequency: this.#wiring.frequency })
        : pins.openOutput(now, pin, request);
    if (!opened.ok) return opened;
    this.#line = opened.line;
    return null;
  }

  write(now: Instant, value: number, until: Instant, token: number | null): WriteResult {
    const { min, max } = this.spec;
    if (!Number.isFinite(value)) return refuse("not-finite");
    if (value < min || value > max) return refuse("out-of-range");
    if (until <= now) return refuse("expired");
    if (this.#line === null) return refuse("lost");
    const result = this.#line.write(now, this.#onPin(value), until, token);
    if (result.ok) this.#until = until;
    return result;
  }

  release(now: Instant): WriteResult {
    this.#until = null;
    // A line that is not there drives nothing.
    return this.#line?.release(now) ?? { ok: true };
  }

  /** Ends a command that is over, where the board has no clock of its own to do it. */
  endDue(now: Instant): void {
    if (due(this.#until, now)) this.release(now);
  }

  /** The line was closed below us: it is opened again as at the beginning. */
  forget(): void {
    this.#line = null;
    this.#until = null;
  }

  close(now: Instant): void {
    this.#line?.close(now);
    this.forget();
  }

  #onPin(value: number): number {
    const { min, max } = this.spec;
    if (this.#wiring.kind === "digital") return value >= this.#wiring.threshold ? 1 : 0;
    return Math.min(1, Math.max(0, (value - min) / (max - min)));
  }

  #safe(): SafeState {
    const { safe } = this.spec;
    return safe.kind === "value" ? { kind: "value", value: this.#onPin(safe.value) } : safe;
  }
}
