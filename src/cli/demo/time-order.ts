/**
 * Puts what several processes did into the order in which they did it. What is told is held back
 * for a while, so that what happened before it and arrives after it can still go first.
 */
import { assert } from "../../kernel/assert.js";
import type { Instant } from "../../kernel/time.js";

interface Deed {
  readonly at: Instant;
  readonly act: (at: Instant) => void;
}

/** Deeds that wait at once. At the maximum the oldest is done early; an order may then be lost. */
export const deedsMax = 10_000;

export class TimeOrder {
  /** In order of time; of equal times, in order of arrival. */
  readonly #deeds: Deed[] = [];
  #done: Instant;

  /** @param begins nothing happened before */
  constructor(begins: Instant) {
    this.#done = begins;
  }

  /** Something happened at `at`. What arrives later than it could be held back counts as now. */
  tell(at: Instant, act: (at: Instant) => void): void {
    const after = this.#deeds.findLastIndex((deed) => deed.at <= at) + 1;
    this.#deeds.splice(after, 0, { at, act });
    if (this.#deeds.length > deedsMax) this.#doFirst();
  }

  /** Does all that happened up to `until`. */
  advance(until: Instant): void {
    while (this.#deeds[0] !== undefined && this.#deeds[0].at <= until) this.#doFirst();
    if (until > this.#done) this.#done = until;
  }

  #doFirst(): void {
    const deed = this.#deeds.shift();
    assert(deed !== undefined, "there is nothing to do");
    if (deed.at > this.#done) this.#done = deed.at;
    deed.act(this.#done);
  }
}
