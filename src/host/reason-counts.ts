/** How often what happened, by its reason. Reasons come from outside, so they are bounded. */

/** Different reasons; the rest is counted as `other`. */
export const reasonsMax = 16;

const reasonCharactersMax = 40;

export class ReasonCounts {
  readonly #counts = new Map<string, number>();

  add(reason: string): void {
    const name = reason.slice(0, reasonCharactersMax);
    const known = this.#counts.has(name) || this.#counts.size < reasonsMax - 1;
    const key = known ? name : "other";
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  all(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }
}
