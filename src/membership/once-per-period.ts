/** Answers the same member at most once in a period, whatever it sends. */
import { after, type Duration, due, type Instant } from "../kernel/time.js";

export class OncePerPeriod {
  readonly #period: Duration;
  /** When each may be answered again. */
  readonly #again = new Map<number, Instant>();

  constructor(period: Duration) {
    this.#period = period;
  }

  /** Is it the member's turn? If so, its period begins. */
  take(number: number, now: Instant): boolean {
    const again = this.#again.get(number);
    if (again !== undefined && !due(again, now)) return false;
    this.mark(number, now);
    return true;
  }

  /** It was answered by other means. */
  mark(number: number, now: Instant): void {
    this.#again.set(number, after(now, this.#period));
  }

  delete(number: number): void {
    this.#again.delete(number);
  }

  /** Forgets those whose period is over. */
  sweep(now: Instant): void {
    for (const [number, again] of this.#again) if (due(again, now)) this.#again.delete(number);
  }
}
