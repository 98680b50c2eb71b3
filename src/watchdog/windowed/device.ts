/**
 * A windowed watchdog as a value: it bites when it is petted too late, and also when it is petted
 * too early, so that a program that runs wild in a loop with a pet in it is caught as well. Nothing
 * stops it, and after the bite nothing counts.
 */
import { assert, unreachable } from "../../kernel/assert.js";
import type { Machine, Timeout } from "../../kernel/machine.js";
import { after, due, elapsed, type Instant } from "../../kernel/time.js";
import { opensAfter, type WindowSettings } from "./window.js";

export interface WindowedInput {
  readonly kind: "pet";
}

export interface WindowedBite {
  readonly kind: "bite";
  readonly reason: "too-early" | "too-late";
}

export class WindowedWatchdog implements Machine<WindowedInput, WindowedBite> {
  readonly #settings: WindowSettings;
  readonly #opensAfter: number;
  /** Null before the first pet. */
  #pettedAt: Instant | null = null;
  #bitesAt: Instant;
  #bite: WindowedBite | null = null;
  #pets = 0;

  /** Armed at `now`. */
  constructor(now: Instant, settings: WindowSettings) {
    assert(settings.firstTimeout > 0, "a dog without patience bites at once");
    this.#settings = settings;
    this.#opensAfter = opensAfter(settings);
    this.#bitesAt = after(now, settings.firstTimeout);
  }

  /** How often it was petted in its window. */
  get pets(): number {
    return this.#pets;
  }

  /** Why it has bitten; null while it has not. */
  get bitten(): WindowedBite["reason"] | null {
    return this.#bite?.reason ?? null;
  }

  step(now: Instant, input: WindowedInput | Timeout): readonly WindowedBite[] {
    if (this.#bite !== null) return [];
    if (due(this.#bitesAt, now)) return this.#bites("too-late");
    switch (input.kind) {
      case "pet":
        return this.#onPet(now);
      case "timeout":
        return [];
      default:
        return unreachable(input);
    }
  }

  deadline(): Instant | null {
    return this.#bite === null ? this.#bitesAt : null;
  }

  #onPet(now: Instant): readonly WindowedBite[] {
    const since = this.#pettedAt === null ? null : elapsed(this.#pettedAt, now);
    if (since !== null && since < this.#opensAfter) return this.#bites("too-early");
    this.#pettedAt = now;
    this.#bitesAt = after(now, this.#settings.timeout);
    this.#pets += 1;
    return [];
  }

  #bites(reason: WindowedBite["reason"]): readonly WindowedBite[] {
    this.#bite = { kind: "bite", reason };
    return [this.#bite];
  }
}
