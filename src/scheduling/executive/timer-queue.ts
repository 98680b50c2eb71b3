/**
 * Timers in the order in which they are due, and among those of one instant in the order in which
 * they were set: a binary heap that knows where each stands, so that calling one off is as cheap as
 * setting it. A timer is a field of its task and is set again and again: nothing is allocated.
 */
import { assert } from "../../kernel/assert.js";
import type { Instant } from "../../kernel/time.js";

export class Timer<Owner> {
  readonly owner: Owner;
  readonly purpose: TimerPurpose;
  at = 0;
  sequence = 0;
  /** Where it stands in the heap; -1 while it is not set. */
  place = -1;

  constructor(owner: Owner, purpose: TimerPurpose) {
    this.owner = owner;
    this.purpose = purpose;
  }

  get isSet(): boolean {
    return this.place >= 0;
  }
}

export type TimerPurpose =
  /** The end of a sleep or of a time-out. */
  | "wake"
  /** The next release. */
  | "release"
  /** One microsecond past the deadline of the job: it is late then, and was not before. */
  | "lateness";

export class TimerQueue<Owner> {
  readonly #heap: Timer<Owner>[] = [];
  #first = Number.POSITIVE_INFINITY;
  #sequence = 0;

  get length(): number {
    return this.#heap.length;
  }

  /** When the first is due; `null` where none is set. */
  get deadline(): Instant | null {
    const first = this.#heap[0];
    return first === undefined ? null : (first.at as Instant);
  }

  /** One that is set already is set anew, behind those of its instant. */
  set(timer: Timer<Owner>, at: Instant): void {
    this.callOff(timer);
    this.#sequence += 1;
    timer.at = at;
    timer.sequence = this.#sequence;
    timer.place = this.#heap.length;
    this.#heap.push(timer);
    this.#rise(timer);
    this.#look();
  }

  /** Without effect on one that is not set. */
  callOff(timer: Timer<Owner>): void {
    const { place } = timer;
    if (place < 0) return;
    timer.place = -1;
    const last = this.#heap.pop();
    assert(last !== undefined, "a timer stands in an empty heap");
    if (last !== timer) {
      this.#put(last, place);
      this.#rise(last);
      this.#sink(last);
    }
    this.#look();
  }

  #look(): void {
    this.#first = this.#heap[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  /** As `deadline`, in microseconds, and infinite where none is set: for comparing. */
  get first(): number {
    return this.#first;
  }

  /** Takes the first timer that is due at `now`; `null` where none is. */
  takeDue(now: number): Timer<Owner> | null {
    const first = this.#heap[0];
    if (first === undefined || first.at > now) return null;
    this.callOff(first);
    return first;
  }

  #put(timer: Timer<Owner>, place: number): void {
    this.#heap[place] = timer;
    timer.place = place;
  }

  #rise(timer: Timer<Owner>): void {
    let { place } = timer;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = this.#heap[above] as Timer<Owner>;
      if (!isBefore(timer, parent)) break;
      this.#put(parent, place);
      place = above;
    }
    this.#put(timer, place);
  }

  #sink(timer: Timer<Owner>): void {
    let { place } = timer;
    for (;;) {
      const child = this.#earlierChild(place);
      if (child === undefined || !isBefore(child, timer)) break;
      const below = child.place;
      this.#put(child, place);
      place = below;
    }
    this.#put(timer, place);
  }

  #earlierChild(place: number): Timer<Owner> | undefined {
    const left = this.#heap[2 * place + 1];
    const right = this.#heap[2 * place + 2];
    if (left === undefined || right === undefined) return left;
    return isBefore(right, left) ? right : left;
  }
}

const isBefore = <Owner>(one: Timer<Owner>, other: Timer<Owner>): boolean =>
  one.at < other.at || (one.at === other.at && one.sequence < other.sequence);
