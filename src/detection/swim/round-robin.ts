/**
 * Whom to probe next (Das, Gupta and Motivala 2002, section 4.3).
 *
 * By random round robin each peer is probed once in a round, in a new random order each round, so
 * that a peer which was chosen first in one round and last in the next has waited 2n - 1 periods,
 * and none ever waits longer. Uniform choice, of which the paper's formulas speak, has the same
 * mean and no bound.
 *
 * The paper shuffles the list at the end of a round. Here each choice draws one of those that are
 * left of the round, which is the same shuffle a step at a time (Fisher and Yates), without n
 * draws at once. A newcomer takes a random place in the round: with the same probability as any
 * other it counts as chosen in it already. That is not left to chance where others were chosen in
 * this round and removed: newcomers in their stead could make the round longer and longer, and who
 * was chosen at its beginning would wait without end.
 *
 * Invariant: of `#order`, the first `#chosen` have been chosen in this round, the others not. The
 * choices of a round are never more than the list was long at some time in it.
 */
import { assert } from "../../kernel/assert.js";
import type { Prng } from "../../kernel/prng.js";

export type Selection = "round-robin" | "uniform";

export class PeerSelection {
  readonly #selection: Selection;
  readonly #dice: Prng;
  /** Numbers of peers, four bytes each: there is one for each pair of members in a simulation. */
  #order: Uint32Array;
  #length: number;
  #chosen = 0;
  /** In this round: those of peers that were removed since, too. */
  #roundChoices = 0;
  #roundLengthMax: number;

  /** Of the peers with the numbers from 0 to `count` - 1. */
  constructor(count: number, selection: Selection, dice: Prng) {
    this.#selection = selection;
    this.#dice = dice;
    this.#length = count;
    this.#roundLengthMax = count;
    this.#order = new Uint32Array(count);
    for (let number = 0; number < count; number += 1) this.#order[number] = number;
  }

  get length(): number {
    return this.#length;
  }

  /** The peer of this period; null while there is none. */
  next(): number | null {
    if (this.#length === 0) return null;
    if (this.#selection === "uniform") return this.#at(this.#dice.below(this.#length));
    if (this.#chosen === this.#length) this.#beginRound();
    const drawn = this.#chosen + this.#dice.below(this.#length - this.#chosen);
    const number = this.#at(drawn);
    this.#order[drawn] = this.#at(this.#chosen);
    this.#order[this.#chosen] = number;
    this.#chosen += 1;
    this.#roundChoices += 1;
    return number;
  }

  /** Up to `count` different peers, none of them `target`, each set of them equally likely. */
  others(target: number, count: number): readonly number[] {
    const drawn = this.#draw(Math.min(count + 1, this.#length));
    return drawn.filter((number) => number !== target).slice(0, count);
  }

  add(number: number): void {
    if (this.#length === this.#order.length) this.#grow();
    const isChosen = this.#dice.below(this.#length + 1) < this.#chosen;
    this.#order[this.#length] = number;
    this.#length += 1;
    this.#roundLengthMax = Math.max(this.#roundLengthMax, this.#length);
    const roundLength = this.#roundChoices + this.#length - this.#chosen;
    if (!isChosen && roundLength <= this.#roundLengthMax) return;
    this.#order[this.#length - 1] = this.#at(this.#chosen);
    this.#order[this.#chosen] = number;
    this.#chosen += 1;
  }

  remove(number: number): void {
    let place = this.#order.indexOf(number);
    assert(place >= 0 && place < this.#length, `peer number ${number} is not in the list`);
    if (place < this.#chosen) {
      this.#chosen -= 1;
      this.#order[place] = this.#at(this.#chosen);
      place = this.#chosen;
    }
    this.#length -= 1;
    this.#order[place] = this.#at(this.#length);
    if (this.#roundChoices === 0) this.#roundLengthMax = this.#length;
  }

  #beginRound(): void {
    assert(this.#roundChoices <= this.#roundLengthMax, "a round was longer than its list");
    this.#chosen = 0;
    this.#roundChoices = 0;
    this.#roundLengthMax = this.#length;
  }

  /** The first `count` of a shuffle of which only the moved places are written down. */
  #draw(count: number): readonly number[] {
    const moved = new Map<number, number>();
    const drawn: number[] = [];
    for (let place = 0; place < count; place += 1) {
      const other = place + this.#dice.below(this.#length - place);
      drawn.push(this.#at(moved.get(other) ?? other));
      moved.set(other, moved.get(place) ?? place);
    }
    return drawn;
  }

  #at(place: number): number {
    return this.#order[place] as number;
  }

  #grow(): void {
    const wider = new Uint32Array(Math.max(8, 2 * this.#order.length));
    wider.set(this.#order);
    this.#order = wider;
  }
}
