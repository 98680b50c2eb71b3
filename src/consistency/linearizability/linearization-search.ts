/**
 * The search for a linearization: Wing and Gong's tree search (1993) over Lowe's "just-in-time"
 * configurations (2017, section 4), with his memory of those that were visited.
 *
 * Only returns force anything. Before each, in the order of time, the deed that returns must have
 * taken effect, perhaps after others that are open. So a configuration is the next return, the
 * state, and which open deeds have taken effect already; from it every open deed that can happen
 * in the state leads to another. Four things keep the tree small, and none of them loses an order:
 *
 * - A deed that only looks, and is right in this state, takes effect at once: in any order from
 *   here it can be moved to the front, for it changes nothing.
 * - Of open deeds that do the same, the one that must return soonest goes first: in any order the
 *   two can change places.
 * - An optional deed (its outcome is unknown) that changes nothing here is not tried, and one that
 *   the next deed would wipe out is not tried before it: whoever uses up fewer can do more.
 * - A configuration is not entered if one was that had used up fewer optional deeds; see Visited.
 *
 * When all is tried, the farthest return that any order came to is the first that no order can
 * explain: the history up to just before it is linearizable, and up to it is not.
 */

import type { Model } from "../models/port.js";
import type { Deed, Part } from "../parts.js";
import { clearBit, hasBit, setBit, wordsFor } from "../search/bits.js";
import type { Pool } from "../search/pool.js";
import { type Search, type SearchEnd, statesToldMax } from "../search/port.js";
import { impossible, Transitions } from "../search/transitions.js";
import { Visited } from "../search/visited.js";
import { type Intervals, intervalsOf } from "./intervals.js";

/** One deed that has taken effect, and what was before it. */
interface Frame {
  readonly place: number;
  readonly state: number;
  readonly position: number;
  /** Where its candidates begin. */
  readonly candidates: number;
}

/** Words of a key before its set: the position and the state. */
const headWords = 2;

export class LinearizationSearch<State> implements Search<State> {
  readonly #deeds: readonly Deed<State>[];
  readonly #transitions: Transitions<State>;
  readonly #intervals: Intervals;
  readonly #visited: Visited;
  /** The position, the state, and `#done`. */
  readonly #key: Int32Array;
  /** The required deeds that have taken effect and not returned yet; the end of `#key`. */
  readonly #done: Int32Array;
  /** The optional deeds that have taken effect. */
  readonly #used: Int32Array;
  readonly #frames: Frame[] = [];
  readonly #candidates: number[] = [];
  /** Of each action: the last round in which a deed of it was taken as a candidate. */
  readonly #taken: Int32Array;
  readonly #farthestStates = new Set<number>();
  /** The deeds by which the farthest return was reached; null while on the way there. */
  #farthestOrder: readonly number[] | null = null;
  /** The return that comes next, as a place in `returns`. */
  #position = 0;
  #state: number;
  #farthest = -1;
  #rounds = 0;
  #steps = 0;
  #end: SearchEnd<State> | null = null;

  constructor({ deeds, initial }: Part<State>, model: Model<State>, pool: Pool) {
    this.#deeds = deeds;
    this.#transitions = new Transitions(model, initial);
    this.#intervals = intervalsOf(deeds, this.#transitions);
    const { requiredBits, optional } = this.#intervals;
    this.#key = new Int32Array(headWords + wordsFor(requiredBits));
    this.#done = this.#key.subarray(headWords);
    this.#used = new Int32Array(wordsFor(optional.length));
    this.#visited = new Visited(this.#key.length, this.#used.length, pool);
    this.#taken = new Int32Array(this.#transitions.actions);
    this.#state = this.#transitions.initial;
    this.#enter();
  }

  get steps(): number {
    return this.#steps;
  }

  get reached(): number {
    return this.#farthest;
  }

  get goal(): number {
    return this.#intervals.returns.length;
  }

  get visited(): number {
    return this.#visited.count;
  }

  get forgotten(): number {
    return this.#visited.forgotten;
  }

  close(): void {
    this.#visited.close();
  }

  run(steps: number): SearchEnd<State> | null {
    const last = this.#steps + steps;
    while (this.#end === null && this.#steps < last) this.#step();
    return this.#end;
  }

  #step(): void {
    this.#steps += 1;
    const frame = this.#frames.at(-1);
    if (this.#candidates.length > (frame?.candidates ?? 0)) {
      this.#apply(this.#candidates.pop() as number);
      this.#enter();
    } else if (frame === undefined) this.#end = this.#nothing();
    else {
      this.#farthestOrder ??= this.#orderSoFar();
      this.#undo(frame);
    }
  }

  #apply(place: number): void {
    const { actions, bits, returns } = this.#intervals;
    const candidates = this.#candidates.length;
    this.#frames.push({ place, state: this.#state, position: this.#position, candidates });
    this.#state = this.#transitions.next(this.#state, actions[place] as number);
    setBit(this.#setOf(place), bits[place] as number);
    for (; this.#position < returns.length; this.#position += 1) {
      const returning = bits[returns[this.#position] as number] as number;
      if (!hasBit(this.#done, returning)) return;
      clearBit(this.#done, returning);
    }
  }

  /** Kept at the first turn back, so that going ahead copies nothing. */
  #orderSoFar(): readonly number[] {
    // What was tried for the sake of the farthest return itself led nowhere.
    const ahead = this.#frames.filter(({ position }) => position < this.#farthest);
    return ahead.map(({ place }) => place);
  }

  #undo({ place, state, position }: Frame): void {
    const { bits, returns } = this.#intervals;
    while (this.#position > position) {
      this.#position -= 1;
      setBit(this.#done, bits[returns[this.#position] as number] as number);
    }
    clearBit(this.#setOf(place), bits[place] as number);
    this.#state = state;
    this.#frames.pop();
  }

  #setOf(place: number): Int32Array {
    return this.#isOptional(place) ? this.#used : this.#done;
  }

  #isOptional(place: number): boolean {
    return this.#deeds[place]?.operation.return === null;
  }

  #enter(): void {
    if (this.#position === this.goal) {
      const order = this.#frames.map(({ place }) => this.#deeds[place] as Deed<State>);
      this.#end = { kind: "found", order };
      return;
    }
    this.#noteFarthest();
    this.#key[0] = this.#position;
    this.#key[1] = this.#state;
    if (this.#visited.enter(this.#key, this.#used)) this.#pushCandidates();
  }

  #noteFarthest(): void {
    if (this.#position < this.#farthest) return;
    if (this.#position > this.#farthest) {
      this.#farthestStates.clear();
      this.#farthestOrder = null;
    }
    this.#farthest = this.#position;
    if (this.#farthestStates.size < statesToldMax) this.#farthestStates.add(this.#state);
  }

  /** The best is pushed last, and so comes first. */
  #pushCandidates(): void {
    this.#rounds += 1;
    const open = this.#intervals.open(this.#position);
    const [returning] = open;
    const enabling: number[] = [];
    const others: number[] = [];
    for (const place of open) {
      if (!this.#canBeNext(place)) continue;
      if (this.#intervals.reads[place] === true) {
        this.#candidates.push(place);
        return;
      }
      if (place === returning || !this.#enables(place, returning as number)) others.push(place);
      else enabling.push(place);
    }
    for (let bit = 0; bit < (this.#intervals.optionalOpen[this.#position] as number); bit += 1) {
      const place = this.#intervals.optional[bit] as number;
      if (!this.#canBeNext(place)) continue;
      if (this.#enables(place, returning as number)) enabling.push(place);
      else others.push(place);
    }
    const first = others[0] === returning ? others.shift() : undefined;
    this.#candidates.push(...others.reverse(), ...enabling.reverse());
    if (first !== undefined) this.#candidates.push(first);
  }

  /** Whether the deed that must return next can happen after this one. */
  #enables(place: number, returning: number): boolean {
    const { actions } = this.#intervals;
    const next = this.#transitions.next(this.#state, actions[place] as number);
    return this.#transitions.next(next, actions[returning] as number) !== impossible;
  }

  #canBeNext(place: number): boolean {
    if (hasBit(this.#setOf(place), this.#intervals.bits[place] as number)) return false;
    const action = this.#intervals.actions[place] as number;
    // Those that do the same come soonest return first, and the optional ones last.
    if (this.#taken[action] === this.#rounds) return false;
    const next = this.#transitions.next(this.#state, action);
    if (next === impossible) return false;
    if (this.#isOptional(place) && next === this.#state) return false;
    this.#taken[action] = this.#rounds;
    const before = this.#frames.at(-1);
    if (before === undefined || !this.#isOptional(before.place)) return true;
    return this.#transitions.next(before.state, action) !== next;
  }

  #nothing(): SearchEnd<State> {
    const returning = this.#intervals.returns[this.#farthest] as number;
    const states = [...this.#farthestStates].map((state) => this.#transitions.describe(state));
    const stuck = [this.#deeds[returning] as Deed<State>];
    const order = (this.#farthestOrder ?? []).map((place) => this.#deeds[place] as Deed<State>);
    return { kind: "none", stuck, states: states.sort(), order };
  }
}
