/**
 * The fence of a board: it remembers the newest right to drive that it has seen, and lets nothing
 * pass that comes by an older one.
 *
 * A replica that was stopped in the middle of a write goes on where it stood, however long ago that
 * was, and its clock was read before. No check on its own side can help; the board's can. Each
 * command by right carries a token that is greater than that of every holder before (Chubby's
 * sequencer, Burrows 2006, section 2.4; Gray and Cheriton's lease says when a right ends, a token
 * says which is newer).
 *
 * One right is for all outputs, so one fence is for all outputs of a board. Boards that drive the
 * same actuator may share one. A vote passes: it comes by nobody's right, and its cycle orders it.
 *
 * Invariant: the newest token never goes back, for as long as the board remembers.
 */
import type { CommandMarks, WriteResult } from "./board.js";

/** The greatest token: six bytes on a line. A million log entries a second take 8 years to it. */
export const tokenMax = 2 ** 48 - 1;

type Refused = Extract<WriteResult, { readonly ok: false }>;

/** Tokens are 1 to `tokenMax`. */
export const isToken = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= tokenMax;

export class Fence {
  #newest: number | null = null;
  #refused = 0;

  /** The newest token that was seen; null before the first. */
  get newest(): number | null {
    return this.#newest;
  }

  /** Commands that did not pass, since the start. */
  get refused(): number {
    return this.#refused;
  }

  /**
   * Null for a command that passes. A token that is new is remembered, whatever becomes of its
   * command: that there is a newer right is true also where its first value is out of range.
   */
  refusalOf({ token = null, cycle = null }: CommandMarks): Refused | null {
    if (cycle !== null) return null;
    if (token !== null && isToken(token)) return this.#judge(token);
    // Before the first token the board stands under no right, and tools may drive it.
    if (token === null && this.#newest === null) return null;
    return this.#refuse("no-token");
  }

  #judge(token: number): Refused | null {
    if (this.#newest !== null && token < this.#newest) return this.#refuse("stale-token");
    this.#newest = token;
    return null;
  }

  #refuse(reason: "stale-token" | "no-token"): Refused {
    this.#refused += 1;
    return this.#newest === null
      ? { ok: false, reason }
      : { ok: false, reason, newest: this.#newest };
  }
}
