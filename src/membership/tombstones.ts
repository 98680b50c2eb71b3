/**
 * Who is dead or has left is remembered for a while, so that a claim that was under way when it
 * went brings nothing back. Seats of the roster are remembered for ever; they are no entries here.
 */
import { after, type Duration, due, type Instant } from "../kernel/time.js";

export class Tombstones {
  readonly #lasting: Duration;
  /** When each expires; in the order in which they were set, so the first expires first. */
  readonly #expiries = new Map<number, Instant>();

  constructor(lasting: Duration) {
    this.#lasting = lasting;
  }

  set(number: number, now: Instant): void {
    this.#expiries.delete(number);
    this.#expiries.set(number, after(now, this.#lasting));
  }

  delete(number: number): void {
    this.#expiries.delete(number);
  }

  oldest(): number | null {
    const first = this.#expiries.keys().next();
    return first.done === true ? null : first.value;
  }

  expiredAt(now: Instant): readonly number[] {
    const expired: number[] = [];
    for (const [number, expiry] of this.#expiries) {
      if (!due(expiry, now)) break;
      expired.push(number);
    }
    return expired;
  }
}
