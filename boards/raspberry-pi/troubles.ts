/** What went wrong on a board since its start, and whether it is still there. */
import type { BoardHealth } from "../pin-board.js";

/** Of more kinds of trouble than these nobody hears: the set of words is ours and smaller. */
const reasonsMax = 64;

export class Troubles {
  readonly #counts = new Map<string, number>();
  /** Of what does not work now, why not; by words of ours such as `GPIO17 read`. */
  readonly #failing = new Map<string, string>();
  /** The chip is gone, and its files never work again. */
  #gone: string | null = null;

  count(reason: string, times = 1): void {
    if (!this.#counts.has(reason) && this.#counts.size >= reasonsMax) return;
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + times);
  }

  /** Until it works again; ENODEV is for ever, and what is said first of it stays. */
  fail(what: string, message: string, code: string): void {
    this.count("chip-lost");
    if (code === "ENODEV") this.#gone ??= message;
    else this.#failing.set(what, message);
  }

  /** It works, or nobody wants it any more. */
  clear(what: string): void {
    this.#failing.delete(what);
  }

  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  get health(): BoardHealth {
    const [failing = null] = this.#failing.values();
    const message = this.#gone ?? failing;
    return message === null ? { kind: "live" } : { kind: "lost", message };
  }
}
