/**
 * Pets a windowed watchdog: in the middle of its open window, and only with a permission. The
 * permissions are the pets of a supervision; each serves for one pet, and for no longer than one
 * timeout of the device: what was well then says nothing now.
 *
 * A permission that comes late, within the open window, is used at once. One that comes after the
 * window is over is used too: the dog has bitten, or its clock is slower than ours.
 */
import { unreachable } from "../../kernel/assert.js";
import type { Machine, Timeout } from "../../kernel/machine.js";
import { after, due, elapsed, type Instant, micros } from "../../kernel/time.js";
import { opensAfter, type WindowSettings } from "./window.js";

export interface PetterInput {
  /** All is well. */
  readonly kind: "permission";
}

export interface PetterOutput {
  readonly kind: "pet";
}

const pet: PetterOutput = { kind: "pet" };

export class WindowedPetter implements Machine<PetterInput, PetterOutput> {
  readonly #settings: WindowSettings;
  /** From the middle of one window to the middle of the next. */
  readonly #period: number;
  #petAt: Instant;
  #permittedAt: Instant | null = null;

  /** The first pet comes with the first permission: the device's first window is wide open. */
  constructor(now: Instant, settings: WindowSettings) {
    const opens = opensAfter(settings);
    this.#settings = settings;
    this.#period = opens + Math.floor((settings.timeout - opens) / 2);
    this.#petAt = now;
  }

  step(now: Instant, input: PetterInput | Timeout): readonly PetterOutput[] {
    switch (input.kind) {
      case "permission":
        this.#permittedAt = now;
        break;
      case "timeout":
        break;
      default:
        unreachable(input);
    }
    this.#forgetWhatIsOld(now);
    if (this.#permittedAt === null || !due(this.#petAt, now)) return [];
    this.#permittedAt = null;
    this.#petAt = after(now, micros(this.#period));
    return [pet];
  }

  deadline(): Instant | null {
    return this.#permittedAt === null ? null : this.#petAt;
  }

  #forgetWhatIsOld(now: Instant): void {
    const at = this.#permittedAt;
    if (at !== null && elapsed(at, now) >= this.#settings.timeout) this.#permittedAt = null;
  }
}
