/**
 * Transient, intermittent or permanent? One use tells a fault that heals from one that stays; only
 * the history tells one that heals and is gone from one that heals and comes back. The history is
 * the alpha-count (Bondavalli, Chiaradonna, Di Giandomenico and Grandoni 2000, section 3.1): each
 * fault adds 1, each use without one multiplies by `decay`, so faults that are far apart are
 * forgotten and those that come together add up to the threshold.
 */
import { UsageError } from "../../kernel/assert.js";
import type { FaultPersistence } from "../voter.js";
import type { Finding } from "./checked-word.js";

export interface FaultHistoryOptions {
  /** What of the count a use without a fault leaves; from 0 to below 1. Default 0.9. */
  readonly decay?: number;
  /** From this count on faults are intermittent; above 1, or the first would be. Default 2.5. */
  readonly threshold?: number;
}

export class FaultHistory {
  readonly #decay: number;
  readonly #threshold: number;
  #alpha = 0;
  #last: Finding = "clean";

  /** @throws UsageError for options out of their range */
  constructor({ decay = 0.9, threshold = 2.5 }: FaultHistoryOptions = {}) {
    if (!(decay >= 0 && decay < 1)) throw new UsageError(`decay is ${decay}: 0 to below 1`);
    if (!(threshold > 1)) throw new UsageError(`threshold is ${threshold}: above 1 is expected`);
    this.#decay = decay;
    this.#threshold = threshold;
  }

  /** The alpha-count, from 0 to twice the threshold. */
  get alpha(): number {
    return this.#alpha;
  }

  /** Takes in what a use showed, and says what the fault is by now. */
  note(finding: Finding): FaultPersistence | null {
    this.#last = finding;
    // Twice the threshold is enough: more would only make it longer to forget.
    if (finding === "clean") this.#alpha *= this.#decay;
    else this.#alpha = Math.min(this.#alpha + 1, 2 * this.#threshold);
    return this.persistence();
  }

  /**
   * What stays is permanent while it stays; the rest is judged by the count. Null without a fault.
   */
  persistence(): FaultPersistence | null {
    if (this.#last === "permanent") return "permanent";
    if (this.#alpha >= this.#threshold) return "intermittent";
    return this.#last === "transient" ? "transient" : null;
  }
}
