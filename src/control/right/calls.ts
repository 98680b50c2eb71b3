/**
 * The calls of the right to the client of the service: one of each purpose at a time, and after one
 * that came to nothing a pause before the next.
 */
import { after, type Duration, due, earlier, type Instant } from "../../kernel/time.js";

export type Purpose = "session" | "lock" | "close" | "watch" | "look";

export class Calls {
  readonly #standing = new Map<Purpose, number>();
  /** After a failure: not before this. */
  readonly #notBefore = new Map<Purpose, Instant>();
  #last = 0;

  /** It was made and has no outcome; of a watch: and has not ended. */
  stands(purpose: Purpose): boolean {
    return this.#standing.has(purpose);
  }

  /** The number of a new call; null while one stands, or the pause after one is not over. */
  begin(now: Instant, purpose: Purpose): number | null {
    const notBefore = this.#notBefore.get(purpose) ?? null;
    if (this.stands(purpose) || (notBefore !== null && now < notBefore)) return null;
    this.#notBefore.delete(purpose);
    this.#last += 1;
    this.#standing.set(purpose, this.#last);
    return this.#last;
  }

  /**
   * A call has its outcome. A watch that was begun stands on.
   *
   * @returns its purpose; null for a call that nobody waits for any more
   */
  settle(now: Instant, call: number, done: boolean, pause: Duration): Purpose | null {
    const purpose = this.#purposeOf(call);
    if (purpose === null || (purpose === "watch" && done)) return purpose;
    this.#standing.delete(purpose);
    if (!done) this.#notBefore.set(purpose, after(now, pause));
    return purpose;
  }

  /** When a call may be made again that had to wait; forgets what is due. */
  againAt(now: Instant): Instant | null {
    let first: Instant | null = null;
    for (const [purpose, at] of this.#notBefore) {
      if (due(at, now)) this.#notBefore.delete(purpose);
      else first = earlier(first, at);
    }
    return first;
  }

  #purposeOf(call: number): Purpose | null {
    for (const [purpose, standing] of this.#standing) if (standing === call) return purpose;
    return null;
  }
}
