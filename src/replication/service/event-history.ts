/**
 * The newest events, so many and of so many bytes. Places count all events since the start, so that
 * a place names one event for good, also after it is gone.
 */
import { assert } from "../../kernel/assert.js";
import { historyBytesMax, historyEventsMax } from "./limits.js";
import type { WatchEvent } from "./ports.js";

/** What an event takes in memory beside a value, about. */
const eventOverheadBytes = 256;

const weight = (event: WatchEvent): number =>
  eventOverheadBytes + (event.kind === "put" ? event.found.value.length : 0);

export class EventHistory {
  readonly #slots: (WatchEvent | undefined)[];
  readonly #bytesMax: number;
  #first = 0;
  #end = 0;
  #bytes = 0;
  /** Events up to this index are not all here. */
  #compactedTo = 0;

  constructor(eventsMax = historyEventsMax, bytesMax = historyBytesMax) {
    this.#slots = new Array<WatchEvent | undefined>(eventsMax).fill(undefined);
    this.#bytesMax = bytesMax;
  }

  /** The place of the oldest event that is here. */
  get first(): number {
    return this.#first;
  }

  /** The place of the next event. */
  get end(): number {
    return this.#end;
  }

  at(place: number): WatchEvent {
    if (place < this.#first || place >= this.#end)
      assert(false, `event ${place} is not in the history`);
    return this.#slots[place % this.#slots.length] as WatchEvent;
  }

  push(event: WatchEvent): number {
    const place = this.#end;
    if (place - this.#first === this.#slots.length) this.#forget();
    this.#slots[place % this.#slots.length] = event;
    this.#end += 1;
    this.#bytes += weight(event);
    while (this.#bytes > this.#bytesMax && this.#end - this.#first > 1) this.#forget();
    return place;
  }

  /** Nothing is known of what happened up to `index`. */
  restart(index: number): void {
    while (this.#first < this.#end) this.#forget();
    this.#compactedTo = index;
  }

  /** Whether all events after `index` are here. */
  reachesBackTo(index: number): boolean {
    return index >= this.#compactedTo;
  }

  /** The place of the first event after `index`; null where there is none. */
  placeAfter(index: number): number | null {
    let low = this.#first;
    let high = this.#end;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.at(middle).at <= index) low = middle + 1;
      else high = middle;
    }
    return low < this.#end ? low : null;
  }

  #forget(): void {
    const event = this.at(this.#first);
    this.#slots[this.#first % this.#slots.length] = undefined;
    this.#first += 1;
    this.#bytes -= weight(event);
    this.#compactedTo = event.at;
  }
}
