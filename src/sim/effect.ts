/**
 * Whether a fault did anything. A fault that was planned, and even switched on, may still have
 * touched nothing: the link was silent, the node already down. Then a passing run proves nothing,
 * and the run is invalid. So each thing that a fault can touch notes it here, where it happens.
 */
import type { TrueTime } from "./true-time.js";

export class Effect {
  #count = 0;
  #firstAt: TrueTime | null = null;

  /** How many frames, steps, readings ... were touched. */
  get count(): number {
    return this.#count;
  }

  get firstAt(): TrueTime | null {
    return this.#firstAt;
  }

  note(now: TrueTime): void {
    if (this.#firstAt === null) this.#firstAt = now;
    this.#count += 1;
  }
}
