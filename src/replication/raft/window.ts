/**
 * How many bytes may be on their way to one follower: a congestion window (RFC 5681) that widens by
 * a part of what was acknowledged (Scalable TCP, Kelly 2003) and halves where much is lost. It
 * bounds the length of a message too. So a member that can only be reached by a slow serial line,
 * which carries no long frame and drops what does not fit, is sent little pieces one by one.
 *
 * One loss a window is nothing: networks lose a message now and then, and a beat that overtakes
 * what was sent before it looks like one. The window begins wide open.
 */
import { assert } from "../../kernel/assert.js";

/** It is never narrower. In bytes. */
export const windowMin = 512;

/** Of what was acknowledged. */
const growth = 0.25;

export class SendWindow {
  readonly #most: number;
  #bytes: number;
  #acknowledged: number;

  /** @param most in bytes, from 1 on */
  constructor(most: number) {
    assert(most >= 1, "a window that is never open");
    this.#most = most;
    this.#bytes = most;
    this.#acknowledged = most;
  }

  get bytes(): number {
    return this.#bytes;
  }

  acknowledged(bytes: number): void {
    this.#acknowledged += bytes;
    this.#bytes = Math.min(this.#most, this.#bytes + Math.floor(growth * bytes));
  }

  /** @param inFlight so many bytes were on their way when it was noticed */
  lost(inFlight: number): void {
    if (inFlight === 0) return;
    const isRare = this.#acknowledged >= this.#bytes;
    this.#acknowledged = 0;
    if (isRare) return;
    const half = Math.floor(Math.min(this.#bytes, inFlight) / 2);
    this.#bytes = Math.max(half, Math.min(windowMin, this.#most));
  }
}
