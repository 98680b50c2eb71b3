/** What went wrong on a board since its start, and whether it is still there. */
import type { BoardHealth } from "../pin-board.js";

/** Of more kinds of trouble than these nobody hears: the set of words is ours and smaller. */
const reasonsMax = 64;

export class Troubles {
  readonly #counts = new Map<string, number>();
  #lost: string | null = null;

  count(reason: string, times = 1): void {
    if (!this.#counts.has(reason) && this.#counts.size >= reasonsMax) return;
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + times);
  }

  /** The chip is gone: what is said first stays. */
  lose(message: string): void {
    this.#lost ??= message;
    this.count("chip-lost");
  }

  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  get health(): BoardHealth {
    return this.#lost === null ? { kind: "live" } : { kind: "lost", message: this.#lost };
  }
}
