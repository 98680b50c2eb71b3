/**
 * An output of a board with Firmata: a level, PWM, or a servo's pulse. The board knows no leases;
 * whoever holds the line ends its commands. After a reset of the board the line is in its safe
 * state until the next word, as nobody knows what happened in between.
 */
import { unreachable } from "../../src/kernel/assert.js";
import type { Instant } from "../../src/kernel/time.js";
import type { WriteRefusal, WriteResult } from "../board.js";
import type { OutputLine, OutputRequest } from "../pin-board.js";
import { safeValue } from "../pins.js";
import { askState, driveFromInput, setAnalog, setLevel, setMode } from "./firmata-bytes.js";
import type { FirmataLine, LinePin } from "./firmata-lines.js";
import { modes } from "./io-pins.js";
import { ModeWatch } from "./mode-watch.js";

export type OutputKind =
  | { readonly kind: "level" }
  /** @property steps the number that is a duty of 1 */
  | { readonly kind: "pwm"; readonly steps: number }
  | { readonly kind: "servo"; readonly period: number };

/** Of a servo, in microseconds: what is shorter Firmata takes for an angle. */
export const pulseMin = 544;
export const pulseMax = 3_000;

const ok: WriteResult = { ok: true };
const refuse = (reason: WriteRefusal): WriteResult => ({ ok: false, reason });

export class FirmataOutput implements OutputLine, FirmataLine {
  readonly pin: string;
  readonly watch = new ModeWatch(modes.INPUT);
  readonly #pin: LinePin;
  readonly #kind: OutputKind;
  readonly #request: OutputRequest;
  /** What it was told, in the request's sense; null: let go. */
  #value: number | null;
  #closed = false;

  constructor(pin: LinePin, kind: OutputKind, request: OutputRequest) {
    this.pin = pin.name;
    this.#pin = pin;
    this.#kind = kind;
    this.#request = request;
    const { initial, safe } = request;
    this.#value = initial === "safe" ? safeValue(safe, null) : initial;
  }

  /** Its bit of the port, where it is a level that is driven high. */
  get levelBit(): number {
    const isHigh = this.watch.mode === modes.OUTPUT && this.#physical() === 1;
    return isHigh ? 1 << (this.#pin.number & 7) : 0;
  }

  get port(): number {
    return this.#pin.number >> 3;
  }

  /** Puts it into the state in which it was opened, or that it has. */
  configure(): void {
    // Whatever the pin is in, it is not what the next word builds on.
    this.watch.expect(modes.IGNORE);
    this.#put(this.#value);
  }

  /** The board began anew. */
  makeSafe(): void {
    this.#value = safeValue(this.#request.safe, this.#value);
  }

  write(now: Instant, value: number, until: Instant | null): WriteResult {
    const refusal = this.#refusal(value);
    if (refusal !== null) return refuse(refusal);
    if (until !== null && until <= now) return refuse("expired");
    if (!this.#pin.host.isLive()) return refuse("lost");
    this.#put(value);
    return ok;
  }

  release(_now: Instant): WriteResult {
    if (this.#closed) return refuse("closed");
    const safe = safeValue(this.#request.safe, this.#value);
    // It is told even now: a board that is merely slow takes it.
    if (safe !== this.#value || !this.#pin.host.isLive()) this.#put(safe);
    return this.#pin.host.isLive() ? ok : refuse("lost");
  }

  readBack(_now: Instant): number | null {
    return this.#closed ? null : this.#value;
  }

  close(now: Instant): void {
    if (this.#closed) return;
    this.release(now);
    this.#closed = true;
    this.#pin.host.onClose(this.#pin.number);
  }

  #refusal(value: number): WriteRefusal | null {
    if (this.#closed) return "closed";
    if (!Number.isFinite(value)) return "not-finite";
    return canBe(this.#kind, value) ? null : "out-of-range";
  }

  /** At the pin: 1 is the supply. */
  #physical(): number | null {
    if (this.#value === null) return null;
    return this.#request.activeLow ? 1 - this.#value : this.#value;
  }

  #put(value: number | null): void {
    this.#value = value;
    const physical = this.#physical();
    if (physical === null) this.#into(modes.INPUT, setMode(this.#pin.number, modes.INPUT));
    else this.#drive(physical);
  }

  #drive(value: number): void {
    const kind = this.#kind;
    switch (kind.kind) {
      case "level":
        this.#driveLevel(value === 1 ? 1 : 0);
        break;
      case "pwm":
        this.#driveAnalog(modes.PWM, Math.round(value * kind.steps));
        break;
      case "servo":
        if (value === 0) this.#driveLevel(0);
        else this.#driveAnalog(modes.SERVO, Math.round(value * kind.period));
        break;
      default:
        unreachable(kind);
    }
  }

  #driveLevel(level: 0 | 1): void {
    const { number, host } = this.#pin;
    if (this.watch.mode === modes.OUTPUT) host.send(setLevel(number, level));
    else this.#into(modes.OUTPUT, driveFromInput(number, level, host.levelsOf(this.port)));
  }

  #driveAnalog(mode: number, value: number): void {
    const { number, host } = this.#pin;
    const bytes = setAnalog(number, value);
    if (this.watch.mode === mode) host.send(bytes);
    else this.#into(mode, [...setMode(number, mode), ...bytes]);
  }

  #into(mode: number, bytes: readonly number[]): void {
    this.watch.expect(mode);
    this.watch.ask();
    this.#pin.host.send([...bytes, ...askState(this.#pin.number)]);
  }
}

/** @returns null where all is well, else what is wrong with a value of the request */
export function wrongOutput(kind: OutputKind, { initial, safe }: OutputRequest): string | null {
  const expected = expectedOf(kind);
  if (initial !== "safe" && !canBe(kind, initial)) {
    return `an initial value of ${initial}; expected ${expected}`;
  }
  if (safe.kind !== "value" || canBe(kind, safe.value)) return null;
  return `a safe value of ${safe.value}; expected ${expected}`;
}

function expectedOf(kind: OutputKind): string {
  if (kind.kind === "level") return "0 or 1";
  if (kind.kind === "pwm") return "a duty from 0 to 1";
  return `0, or a pulse of ${pulseMin} to ${pulseMax} microseconds as a duty`;
}

function canBe(kind: OutputKind, value: number): boolean {
  if (kind.kind === "level") return value === 0 || value === 1;
  if (kind.kind === "pwm") return value >= 0 && value <= 1;
  const pulse = Math.round(value * kind.period);
  return value === 0 || (pulse >= pulseMin && pulse <= pulseMax);
}
