/**
 * News is told to random members beside what the detector carries: it speaks once a period, perhaps
 * to few and always to the same. Where `gossipEvery` is a period or more, it is told once in the
 * work of each period; where it is less, so often while there is any (as memberlist does, every 100
 * or 200 ms at a period of a second). How often each rumour is told is bounded all the same, so it
 * is told sooner and not more, and a quiet group sends nothing here.
 *
 * Invariant: it is never due before it was planned, so that news after a silence is no lateness.
 */
import type { Prng } from "../kernel/prng.js";
import { after, type Duration, due, type Instant } from "../kernel/time.js";
import type { Speaking } from "./speaking.js";
import type { View } from "./view.js";

export interface GossipTimes {
  readonly period: Duration;
  readonly every: Duration;
}

export class Gossiping {
  readonly #view: View;
  readonly #speaking: Speaking;
  readonly #times: GossipTimes;
  readonly #dice: Prng;
  /** Null while there is no news, and where periods are soon enough. */
  #next: Instant | null = null;

  constructor(view: View, speaking: Speaking, times: GossipTimes, dice: Prng) {
    this.#view = view;
    this.#speaking = speaking;
    this.#times = times;
    this.#dice = dice;
  }

  deadline(): Instant | null {
    return this.#next;
  }

  /** At the end of each step: there may be news now, or none any more. */
  settle(): void {
    if (this.#view.rumours.size === 0 || !this.#isOften) this.#next = null;
    else this.#next ??= after(this.#view.now, this.#times.every);
  }

  timeout(): void {
    const { now } = this.#view;
    if (!due(this.#next, now)) return;
    // News that nobody is there to hear may have to wait for long.
    const wait = this.#tell() ? this.#times.every : this.#times.period;
    this.#next = after(now, wait);
  }

  tick(): void {
    if (!this.#isOften) this.#tell();
  }

  get #isOften(): boolean {
    return this.#times.every < this.#times.period;
  }

  /** False where nobody was told. */
  #tell(): boolean {
    const { table, self, rumours } = this.#view;
    if (rumours.size === 0) return false;
    const isOther = (number: number): boolean =>
      number !== self && table.stateOf(number) === "alive";
    const target = table.pick(this.#dice, isOther);
    if (target !== null) this.#speaking.gossip(target);
    return target !== null;
  }
}
