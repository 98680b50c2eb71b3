/**
 * The local health multiplier (Dadgar, Phillips and Currey 2017, section 4): who hears less than it
 * should is perhaps slow itself, so it gives the others more time, and probes less often.
 *
 * A score from 0, which is well, counts the signs of one's own trouble: failed probes, nacks that
 * did not come, accusations that had to be refuted, one's own lateness. Each probe that succeeds
 * takes one back. Period and time-outs are stretched by score + 1.
 *
 * The paper's score ends at S = 8, memberlist's with the same setting at 7, so that nothing is ever
 * stretched more than eightfold. This is memberlist's.
 */
import { assert } from "../../kernel/assert.js";
import { type Duration, micros } from "../../kernel/time.js";

/** By how much a duration is stretched at most. The score ends one below. */
export const stretchMax = 8;

export class LocalHealth {
  readonly #watchesItself: boolean;
  #score = 0;

  /** @param watchesItself false: the score stays 0, as in plain SWIM */
  constructor(watchesItself: boolean) {
    this.#watchesItself = watchesItself;
  }

  get score(): number {
    return this.#score;
  }

  /** @param delta signs of trouble, or less than 0 for signs of health; the score saturates */
  change(delta: number): void {
    assert(Number.isSafeInteger(delta), `not a change of health: ${delta}`);
    if (!this.#watchesItself) return;
    this.#score = Math.min(stretchMax - 1, Math.max(0, this.#score + delta));
  }

  stretch(wait: Duration): Duration {
    return micros(wait * (this.#score + 1));
  }
}
