/**
 * How a node gets in: it asks at the addresses that it was given, and among the seats of its
 * roster, for somebody's list, again and again and ever more rarely, until one comes.
 */
import type { Prng } from "../kernel/prng.js";
import { after, type Duration, due, type Instant, micros } from "../kernel/time.js";
import type { ListExchange } from "./list-exchange.js";
import type { View } from "./view.js";

/** Addresses that are asked; more are left out. */
export const seedsMax = 16;

/** Seats of the roster that are asked at once. */
export const seatsAskedMax = 3;

/** The longest wait between two attempts, in periods. */
export const joinWaitMax = 32;

export class Joining {
  readonly #view: View;
  readonly #lists: ListExchange;
  readonly #period: Duration;
  readonly #dice: Prng;
  readonly #asksSeats: boolean;
  #seeds: readonly string[] = [];
  #isWanted: boolean;
  #next: Instant;
  #wait = 1;

  /** @param asksSeats whether the others of the roster are asked, from the start on */
  constructor(view: View, lists: ListExchange, period: Duration, dice: Prng, asksSeats: boolean) {
    this.#view = view;
    this.#lists = lists;
    this.#period = period;
    this.#dice = dice;
    this.#asksSeats = asksSeats && view.names.seats > 1;
    this.#isWanted = this.#asksSeats;
    this.#next = view.now;
  }

  /** The first attempt is made at once. */
  begin(seeds: readonly string[]): void {
    this.#seeds = seeds.slice(0, seedsMax);
    this.#isWanted = true;
    this.#wait = 1;
    this.#next = this.#view.now;
    this.tick();
  }

  /** Somebody has sent its list. */
  done(): void {
    this.#isWanted = false;
  }

  /** Once a period. */
  tick(): void {
    if (!this.#isWanted && this.#isAlone()) this.#wantAgain();
    if (!this.#isWanted || !due(this.#next, this.#view.now)) return;
    this.#next = after(this.#view.now, micros(this.#wait * this.#period));
    this.#wait = Math.min(2 * this.#wait, joinWaitMax);
    for (const address of this.#seeds) this.#lists.requestAt(address);
    if (this.#asksSeats) this.#askSeats();
  }

  /** All others are gone, or this node was cut off: whoever let it in may do so again. */
  #isAlone(): boolean {
    return this.#view.table.count("alive") <= 1;
  }

  #wantAgain(): void {
    this.#isWanted = this.#seeds.length > 0 || this.#asksSeats;
    this.#wait = 1;
  }

  #askSeats(): void {
    const { table, self } = this.#view;
    const asked = new Set<number>([self]);
    for (let count = 0; count < seatsAskedMax; count += 1) {
      const isFresh = (number: number): boolean =>
        !asked.has(number) && table.stateOf(number) !== "left";
      const seat = table.pick(this.#dice, isFresh);
      if (seat === null) return;
      asked.add(seat);
      this.#lists.request(seat);
    }
  }
}
