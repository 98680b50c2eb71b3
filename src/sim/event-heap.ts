/**
 * What is to happen in a world, ordered by true time and then by the order in which it was put: a
 * binary heap of slots whose fields lie side by side in typed arrays, so that an event costs no
 * object of its own. The slots of events that were taken are used again.
 *
 * Invariant: events come out in the order of (time, sequence); the same puts give the same order.
 */
import { assert } from "../kernel/assert.js";
import { never, type TrueTime } from "./true-time.js";

/** More events waiting at once than this is a world that runs away, and ends by an assertion. */
export const eventsMax = 4_000_000;

const slotsAtFirst = 1_024;

export class EventHeap<Event> {
  #times = new Float64Array(slotsAtFirst);
  #sequences = new Float64Array(slotsAtFirst);
  /** The heap: indices of slots. */
  #heap = new Int32Array(slotsAtFirst);
  readonly #events: (Event | undefined)[] = [];
  readonly #free: number[] = [];
  #length = 0;
  #sequence = 0;

  get length(): number {
    return this.#length;
  }

  /** When the next event happens; `never` when there is none. */
  get nextAt(): TrueTime {
    return this.#length === 0 ? never : (this.#times[this.#heap[0] as number] as TrueTime);
  }

  put(at: TrueTime, event: Event): void {
    assert(Number.isSafeInteger(at), `not a time of an event: ${at}`);
    assert(this.#length < eventsMax, `more than ${eventsMax} events wait`);
    const slot = this.#free.pop() ?? this.#events.length;
    if (slot >= this.#times.length) this.#grow();
    this.#times[slot] = at;
    this.#sequences[slot] = this.#sequence;
    this.#sequence += 1;
    this.#events[slot] = event;
    this.#rise(this.#length, slot);
    this.#length += 1;
  }

  /** Takes the next event, or `undefined` when there is none. */
  take(): Event | undefined {
    if (this.#length === 0) return undefined;
    const slot = this.#heap[0] as number;
    const event = this.#events[slot];
    this.#events[slot] = undefined;
    this.#free.push(slot);
    this.#length -= 1;
    if (this.#length > 0) this.#sink(this.#heap[this.#length] as number);
    return event;
  }

  #before(slot: number, other: number): boolean {
    const time = this.#times[slot] as number;
    const otherTime = this.#times[other] as number;
    if (time !== otherTime) return time < otherTime;
    return (this.#sequences[slot] as number) < (this.#sequences[other] as number);
  }

  /** Moves `slot` up from `position`, until what stands above it comes before it. */
  #rise(position: number, slot: number): void {
    let place = position;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const aboveSlot = this.#heap[above] as number;
      if (!this.#before(slot, aboveSlot)) break;
      this.#heap[place] = aboveSlot;
      place = above;
    }
    this.#heap[place] = slot;
  }

  /** Moves `slot` down from the top, until what stands below it comes after it. */
  #sink(slot: number): void {
    let place = 0;
    for (;;) {
      const below = this.#earlierChild(place);
      if (below === null || !this.#before(this.#heap[below] as number, slot)) break;
      this.#heap[place] = this.#heap[below] as number;
      place = below;
    }
    this.#heap[place] = slot;
  }

  #earlierChild(place: number): number | null {
    const left = 2 * place + 1;
    if (left >= this.#length) return null;
    const right = left + 1;
    if (right >= this.#length) return left;
    return this.#before(this.#heap[right] as number, this.#heap[left] as number) ? right : left;
  }

  #grow(): void {
    this.#times = grown(this.#times, new Float64Array(2 * this.#times.length));
    this.#sequences = grown(this.#sequences, new Float64Array(2 * this.#sequences.length));
    this.#heap = grown(this.#heap, new Int32Array(2 * this.#heap.length));
  }
}

function grown<Numbers extends Float64Array | Int32Array>(from: Numbers, into: Numbers): Numbers {
  into.set(from);
  return into;
}
