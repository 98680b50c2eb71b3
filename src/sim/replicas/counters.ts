/**
 * Exactly once: of a counter that one session alone counts up, one command after the other, each
 * answer is one more than the one before. A counter that was asked for once, without a session and
 * with a name of its own, is 1.
 */
import type { Plain } from "../../replication/service/ports.js";

export class Counters {
  readonly violations: string[] = [];
  readonly #last = new Map<string, number>();
  readonly #lost = new Set<string>();
  count = 0;

  counted(name: string, result: Plain): void {
    const expected = (this.#last.get(name) ?? 0) + 1;
    this.count += 1;
    this.#last.set(name, typeof result === "number" ? result : 0);
    if (result === expected || this.#lost.has(name)) return;
    this.violations.push(`counter ${name} was ${JSON.stringify(result)}, expected ${expected}`);
  }

  /** A session whose command nobody answered is given up with its counter. */
  unknown(name: string): void {
    this.#lost.add(name);
  }
}
