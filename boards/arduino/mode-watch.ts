/**
 * Does the board have a pin in the mode that it was told? What a pin reports counts only from the
 * moment on at which the board has said so: a report that was on its way when the mode changed
 * still has what the pin was before. And a pin that has left its mode tells of a reset that nobody
 * saw.
 *
 * Answers come in the order of the questions, so one to a question that was asked before the mode
 * changed is known by counting.
 */
export type ModeVerdict = "confirmed" | "still-so" | "refused" | "left" | "stale";

export class ModeWatch {
  #mode: number;
  #confirmed = false;
  #fresh = false;
  #asked = 0;
  #stale = 0;

  constructor(mode: number) {
    this.#mode = mode;
  }

  get mode(): number {
    return this.#mode;
  }

  /** Has the board said that the pin is in this mode, since it was told? */
  get isConfirmed(): boolean {
    return this.#confirmed;
  }

  get isWaiting(): boolean {
    return this.#asked > 0;
  }

  /** Was it told since the last time that this was asked? Then the answer may be on its way. */
  takeFresh(): boolean {
    const fresh = this.#fresh;
    this.#fresh = false;
    return fresh;
  }

  /** The pin is told another mode, or the same anew. */
  expect(mode: number): void {
    this.#mode = mode;
    this.#fresh = true;
    this.#confirmed = false;
    this.#stale += this.#asked;
    this.#asked = 0;
  }

  /** The board, or the line to it, began anew: answers that are owed never come. */
  forget(): void {
    this.#confirmed = false;
    this.#asked = 0;
    this.#stale = 0;
  }

  ask(): void {
    this.#asked += 1;
  }

  answer(mode: number): ModeVerdict {
    if (this.#stale > 0) {
      this.#stale -= 1;
      return "stale";
    }
    this.#asked = Math.max(0, this.#asked - 1);
    const was = this.#confirmed;
    this.#confirmed = mode === this.#mode;
    if (this.#confirmed) return was ? "still-so" : "confirmed";
    return was ? "left" : "refused";
  }
}
