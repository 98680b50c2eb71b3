/** What went wrong since the start, by reason. The reasons are words of ours, so there are few. */
export class Counts {
  readonly #byReason = new Map<string, number>();

  add(reason: string, count = 1): void {
    if (count > 0) this.#byReason.set(reason, this.of(reason) + count);
  }

  of(reason: string): number {
    return this.#byReason.get(reason) ?? 0;
  }

  /** A copy, with what others count laid over it. */
  with(others: Iterable<readonly [string, number]>): ReadonlyMap<string, number> {
    const all = new Map(this.#byReason);
    for (const [reason, count] of others) all.set(reason, count);
    return all;
  }
}
