/** When lists are compared, and with whom. */
import type { Prng } from "../kernel/prng.js";
import { after, type Duration, due, type Instant, micros } from "../kernel/time.js";
import type { ListExchange } from "./list-exchange.js";
import { syncScale } from "./scales.js";
import type { View } from "./view.js";

/**
 * Each so manieth exchange is tried with a member that is given up, or was never heard of: two
 * halves that hold one another dead have no other way to meet again.
 */
export const lostEvery = 4;

export class SyncSchedule {
  readonly #view: View;
  readonly #lists: ListExchange;
  readonly #every: Duration;
  readonly #dice: Prng;
  #next: Instant;
  #count = 0;

  constructor(view: View, lists: ListExchange, every: Duration, dice: Prng) {
    this.#view = view;
    this.#lists = lists;
    this.#every = every;
    this.#dice = dice;
    // Machines that start together must not all compare at once.
    const span = every * syncScale(view.table.live);
    this.#next = after(view.now, micros(Math.floor(dice.fraction() * span)));
  }

  /** Once a period. */
  tick(): void {
    if (!due(this.#next, this.#view.now)) return;
    const scaled = this.#every * syncScale(this.#view.table.live);
    const wait = micros(Math.max(1, Math.floor(scaled * (0.75 + this.#dice.fraction() / 2))));
    this.#next = after(this.#view.now, wait);
    this.#count += 1;
    const target = this.#pickTarget();
    if (target !== null) this.#lists.request(target);
  }

  #pickTarget(): number | null {
    const lost = this.#count % lostEvery === 0 ? this.#pickLost() : null;
    return lost ?? this.#pick((state) => state === "alive");
  }

  #pickLost(): number | null {
    const { table } = this.#view;
    const count = table.count("dead") + table.count("unreachable") + table.count("expected");
    if (count === 0) return null;
    return this.#pick(
      (state) => state === "dead" || state === "unreachable" || state === "expected",
    );
  }

  #pick(accepts: (state: string) => boolean): number | null {
    const { table, self } = this.#view;
    return table.pick(this.#dice, (number) => number !== self && accepts(table.stateOf(number)));
  }
}
