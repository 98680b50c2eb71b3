/**
 * A goodbye: told to all who are there, or to some who tell the others; a few times, for frames
 * get lost.
 */
import type { Prng } from "../kernel/prng.js";
import type { Speaking } from "./speaking.js";
import type { View } from "./view.js";

/** Members who are told directly. */
export const goodbyesMax = 16;

/** Periods in which it is told. */
export const goodbyeRounds = 3;

export class Leaving {
  readonly #view: View;
  readonly #speaking: Speaking;
  readonly #dice: Prng;
  #roundsLeft = 0;
  #isLeaving = false;

  constructor(view: View, speaking: Speaking, dice: Prng) {
    this.#view = view;
    this.#speaking = speaking;
    this.#dice = dice;
  }

  get isLeaving(): boolean {
    return this.#isLeaving;
  }

  /** The first round goes out at once. */
  begin(): void {
    if (this.#isLeaving) return;
    const { table, self, oracle, now } = this.#view;
    this.#isLeaving = true;
    this.#roundsLeft = goodbyeRounds;
    table.put(self, { ...table.standingOf(self), state: "left" }, now);
    oracle.changed(self);
    this.tick();
  }

  /** Once a period; after the last round the node says no more. */
  tick(): void {
    if (!this.#isLeaving || this.#roundsLeft === 0) return;
    this.#roundsLeft -= 1;
    const goodbye = this.#view.claimOf(this.#view.self);
    const claims = goodbye === null ? [] : [goodbye];
    for (const number of this.#pickTargets()) {
      this.#speaking.say(number, { kind: "carry", detector: null }, claims);
    }
    if (this.#roundsLeft === 0) this.#speaking.fallSilent();
  }

  #pickTargets(): ReadonlySet<number> {
    const { table, self } = this.#view;
    const targets = new Set<number>();
    const isThere = (number: number): boolean => {
      const state = table.stateOf(number);
      return number !== self && (state === "alive" || state === "suspected");
    };
    for (let count = 0; count < goodbyesMax; count += 1) {
      const target = table.pick(this.#dice, (number) => !targets.has(number) && isThere(number));
      if (target === null) break;
      targets.add(target);
    }
    return targets;
  }
}
