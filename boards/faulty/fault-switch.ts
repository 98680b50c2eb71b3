/** Puts a fault on and off, and tells every line that has it. */
import type { Instant } from "../../src/kernel/time.js";
import type { PinBoard } from "../pin-board.js";

/** A line that must do something at the very moment. */
export interface Switched {
  turned(now: Instant, on: boolean): void;
}

/** A pin board with a fault that is off at first: then everything passes through. */
export interface FaultyBoard {
  readonly board: PinBoard;
  /** Putting on what is on does nothing. */
  turn(now: Instant, on: boolean): void;
}

export class FaultSwitch {
  readonly #lines = new Set<Switched>();
  #on = false;

  get on(): boolean {
    return this.#on;
  }

  add(line: Switched): void {
    this.#lines.add(line);
  }

  /** The line was closed. */
  remove(line: Switched): void {
    this.#lines.delete(line);
  }

  turn(now: Instant, on: boolean): void {
    if (on === this.#on) return;
    this.#on = on;
    for (const line of this.#lines) line.turned(now, on);
  }
}
