/**
 * How often a member was suspected or worse, and came back, within the last hour. A member that
 * flaps is neither healthy nor dead, and neither state shows it.
 */
import { elapsed, type Instant, seconds } from "../kernel/time.js";

export const flapWindow = seconds(3_600);

/** Returns that are counted for one member; more read as so many. */
export const flapsMax = 16;

export class Flaps {
  /** By member, the instants of its returns, oldest first. */
  readonly #returns = new Map<number, Instant[]>();

  /** By member, when it was last back after it had been given up. */
  readonly #backFromGone = new Map<number, Instant>();

  /** @param wasGone it had been given up, and not only suspected */
  returned(number: number, now: Instant, wasGone: boolean): void {
    if (wasGone) this.#backFromGone.set(number, now);
    const returns = this.#returns.get(number) ?? [];
    returns.push(now);
    if (returns.length > flapsMax) returns.shift();
    this.#returns.set(number, returns);
  }

  count(number: number, now: Instant): number {
    const returns = this.#returns.get(number) ?? [];
    return returns.filter((at) => elapsed(at, now) < flapWindow).length;
  }

  /** Null where it was never given up, or was not back since. */
  backFromGoneAt(number: number): Instant | null {
    return this.#backFromGone.get(number) ?? null;
  }

  delete(number: number): void {
    this.#backFromGone.delete(number);
    this.#returns.delete(number);
  }
}
