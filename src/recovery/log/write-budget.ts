/**
 * How many bytes were written in the last hour, by the minute, in whole pages (see disk-use.ts).
 * Flash wears out by what is written: a card that bears 100 TB lasts ten years at 1.1 GB an hour.
 */
import { after, type Instant, seconds } from "../../kernel/time.js";

const minutes = 60;
const minute = seconds(60);

/** A budget that was overrun is kept again only below this part of it, lest the alarm flutters. */
const keptBelow = 0.9;

export class WriteBudget {
  readonly #bytesPerHourMax: number | null;
  readonly #begun: Instant;
  readonly #buckets = new Float64Array(minutes);
  /** Minutes since `begun`. */
  #minute = 0;
  #sum = 0;
  #isOver = false;

  constructor(now: Instant, bytesPerHourMax: number | null) {
    this.#begun = now;
    this.#bytesPerHourMax = bytesPerHourMax;
  }

  get bytesPerHour(): number {
    return this.#sum;
  }

  add(now: Instant, bytes: number): void {
    this.#turn(now);
    const at = this.#minute % minutes;
    this.#buckets[at] = (this.#buckets[at] ?? 0) + bytes;
    this.#sum += bytes;
  }

  /** Whether it is overrun, where that has changed; null where it has not. */
  change(now: Instant): boolean | null {
    if (this.#bytesPerHourMax === null) return null;
    this.#turn(now);
    const limit = this.#bytesPerHourMax * (this.#isOver ? keptBelow : 1);
    const isOver = this.#isOver ? this.#sum >= limit : this.#sum > limit;
    if (isOver === this.#isOver) return null;
    this.#isOver = isOver;
    return isOver;
  }

  /** An overrun budget is looked at once a minute. */
  deadline(): Instant | null {
    return this.#isOver ? after(this.#begun, seconds(60 * (this.#minute + 1))) : null;
  }

  #turn(now: Instant): void {
    const current = Math.floor((now - this.#begun) / minute);
    const from = Math.max(this.#minute + 1, current - minutes + 1);
    if (current - this.#minute >= minutes) this.#buckets.fill(0);
    for (let at = from; at <= current; at += 1) this.#buckets[at % minutes] = 0;
    if (current > this.#minute) this.#sum = this.#buckets.reduce((sum, bytes) => sum + bytes, 0);
    this.#minute = Math.max(this.#minute, current);
  }
}
