/**
 * Which sequence numbers of one sender were seen: the anti-replay window of IPsec (RFC 4303 section
 * 3.4.3), wide enough that frames may overtake one another.
 *
 * Instead of a bitmap that shifts, slot `n mod 64` holds the newest number seen that falls on it.
 *
 * Invariant: a number within the window was seen exactly if its slot holds it.
 */
import { assert } from "../kernel/assert.js";

/** How many of the newest numbers are told apart; older ones are taken for replays. */
export const windowLength = 64;

/** `late` means: overtaken by a newer one, and not seen before. */
export type Standing = "ahead" | "late" | "seen" | "too-old";

export class ReplayWindow {
  readonly #slots = new Float64Array(windowLength);
  /** The number that the window began with; what went before it was never waited for. */
  #first = 0;
  #newest = 0;

  /** @param sequence at least 1. */
  standing(sequence: number): Standing {
    assert(sequence > 0, "sequences begin at 1");
    if (sequence > this.#newest) return "ahead";
    if (sequence <= this.#newest - windowLength) return "too-old";
    return this.#slots[sequence % windowLength] === sequence ? "seen" : "late";
  }

  /** Takes an unseen number, and returns how many more numbers are missing than before. */
  accept(sequence: number): number {
    const standing = this.standing(sequence);
    if (standing !== "ahead" && standing !== "late")
      assert(false, `${sequence} was accepted before`);
    this.#slots[sequence % windowLength] = sequence;
    if (standing === "late") return sequence > this.#first ? -1 : 0;
    const missing = this.#newest === 0 ? 0 : sequence - this.#newest - 1;
    if (this.#newest === 0) this.#first = sequence;
    this.#newest = sequence;
    return missing;
  }
}
