/**
 * Do the outputs have what johnny-five wrote? A board that was reset puts its outputs into their
 * safe state, and a component goes on to believe that its lamp is lit: nothing in johnny-five
 * looks.
 */
import type { Clock } from "../../src/host/monotonic-clock.js";
import { type IoLines, isDriven } from "./io-lines.js";

/** Finer than eight bits of PWM can say. */
const differenceMin = 0.01;

export class IoOutputs {
  readonly #lines: IoLines;
  readonly #clock: Clock;
  readonly #told = new Map<number, number>();

  constructor(lines: IoLines, clock: Clock) {
    this.#lines = lines;
    this.#clock = clock;
  }

  /** The board took this word, from 0 to 1. */
  tell(pin: number, value: number): void {
    this.#told.set(pin, value);
  }

  /** Each word that stands no longer, once. */
  takeUndone(): readonly { readonly pin: number; readonly value: number }[] {
    const now = this.#clock.now();
    const undone: { pin: number; value: number }[] = [];
    for (const [pin, value] of this.#told) {
      const open = this.#lines.get(pin);
      const has = isDriven(open) ? open.line.readBack(now) : value;
      if (has !== null && Math.abs(has - value) < differenceMin) continue;
      this.#told.delete(pin);
      undone.push({ pin, value });
    }
    return undone;
  }
}
