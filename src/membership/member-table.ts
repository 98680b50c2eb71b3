/**
 * How each member stands, by its number. A byte a member, and what differs from the usual in
 * columns: ten thousand machines that each know ten thousand members must fit into 4 GB.
 */
import { assert } from "../kernel/assert.js";
import type { Prng } from "../kernel/prng.js";
import { type Instant, instant } from "../kernel/time.js";
import { rankUnassigned } from "./claims.js";
import { narrowColumn, wideColumn } from "./column.js";
import type { MemberState } from "./ports.js";

/** What stands at 0 is no member: a free slot. */
const states = [null, "expected", "alive", "suspected", "unreachable", "dead", "left"] as const;
const stateMask = 0x07;
const heardFlag = 0x08;

/** Random tries for one that is acceptable, before the table is searched through. */
const picksMax = 8;

export interface Standing {
  readonly state: MemberState;
  readonly life: number;
  readonly incarnation: number;
  /** Was the member itself heard in this life, or is it known from others only? */
  readonly heard: boolean;
}

export class MemberTable {
  #codes: Uint8Array;
  #slots: number;
  readonly #counts = states.map(() => 0);
  readonly #lives = wideColumn(() => 0);
  readonly #incarnations = narrowColumn(() => 0);
  readonly #ranks = narrowColumn((number) => number);
  readonly #since;
  #rankMax = 0;

  /** @param seats how many members there are at the start, numbered from 0, all in `state` */
  constructor(seats: number, state: MemberState, now: Instant) {
    this.#codes = new Uint8Array(seats).fill(states.indexOf(state));
    this.#slots = seats;
    this.#counts[states.indexOf(state)] = seats;
    this.#since = wideColumn(() => now);
    if (state === "alive") this.#rankMax = Math.max(seats - 1, 0);
  }

  /** Free slots among them. */
  get slots(): number {
    return this.#slots;
  }

  has(number: number): boolean {
    return ((this.#codes[number] ?? 0) & stateMask) !== 0;
  }

  stateOf(number: number): MemberState {
    const state = states[(this.#codes[number] ?? 0) & stateMask] ?? null;
    assert(state !== null, `no member has the number ${number}`);
    return state;
  }

  lifeOf = (number: number): number => this.#lives.get(number);
  incarnationOf = (number: number): number => this.#incarnations.get(number);
  rankOf = (number: number): number => this.#ranks.get(number);
  sinceOf = (number: number): Instant => instant(this.#since.get(number));
  isHeard = (number: number): boolean => ((this.#codes[number] ?? 0) & heardFlag) !== 0;

  standingOf(number: number): Standing {
    return {
      state: this.stateOf(number),
      life: this.lifeOf(number),
      incarnation: this.incarnationOf(number),
      heard: this.isHeard(number),
    };
  }

  count(state: MemberState): number {
    return this.#counts[states.indexOf(state)] ?? 0;
  }

  /** Those who count as members now: all but the given up, the gone and the never heard of. */
  get live(): number {
    return this.count("alive") + this.count("suspected") + this.count("unreachable");
  }

  /** All of whom something is known; tombstones and empty seats too. */
  get total(): number {
    return this.live + this.count("expected") + this.count("dead") + this.count("left");
  }

  /** The highest rank that anybody has taken, dead or alive. */
  get rankMax(): number {
    return this.#rankMax;
  }

  put(number: number, standing: Standing, now: Instant): void {
    this.#reserve(number);
    const code = states.indexOf(standing.state) | (standing.heard ? heardFlag : 0);
    const former = (this.#codes[number] ?? 0) & stateMask;
    this.#recount(former, code & stateMask);
    const formerLife = former === 0 ? 0 : this.lifeOf(number);
    const isReplaced = formerLife !== 0 && formerLife !== standing.life;
    if (former !== (code & stateMask) || isReplaced) this.#since.set(number, now, this.#slots);
    this.#codes[number] = code;
    this.#lives.set(number, standing.life, this.#slots);
    this.#incarnations.set(number, standing.incarnation, this.#slots);
  }

  setRank(number: number, rank: number): void {
    this.#ranks.set(number, rank, this.#slots);
    if (rank !== rankUnassigned) this.#rankMax = Math.max(this.#rankMax, rank);
  }

  remove(number: number): void {
    this.#recount((this.#codes[number] ?? 0) & stateMask, 0);
    this.#codes[number] = 0;
  }

  /** A random member that is acceptable; null when there is none. */
  pick(dice: Prng, accepts: (number: number) => boolean): number | null {
    if (this.#slots === 0) return null;
    const isFit = (number: number): boolean => this.has(number) && accepts(number);
    for (let tries = 0; tries < picksMax; tries += 1) {
      const number = dice.below(this.#slots);
      if (isFit(number)) return number;
    }
    const start = dice.below(this.#slots);
    for (let step = 0; step < this.#slots; step += 1) {
      const number = (start + step) % this.#slots;
      if (isFit(number)) return number;
    }
    return null;
  }

  #recount(former: number, present: number): void {
    this.#counts[former] = (this.#counts[former] ?? 0) - 1;
    this.#counts[present] = (this.#counts[present] ?? 0) + 1;
  }

  #reserve(number: number): void {
    this.#slots = Math.max(this.#slots, number + 1);
    if (number < this.#codes.length) return;
    const codes = new Uint8Array(Math.max(2 * number, 16));
    codes.set(this.#codes);
    this.#codes = codes;
  }
}
