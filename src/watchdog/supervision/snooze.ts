/**
 * A snooze: a person who must see a failed entity at work (with a debugger, or because a reset
 * would be worse just now) has the dog petted all the same, for a bounded time. It ends by itself:
 * what is switched off for a moment is forgotten for years.
 */
import { after, type Duration, due, type Instant } from "../../kernel/time.js";

export class Snooze {
  readonly lengthMax: Duration;
  #until: Instant | null = null;

  constructor(lengthMax: Duration) {
    this.lengthMax = lengthMax;
  }

  /** Null while there is none. */
  get until(): Instant | null {
    return this.#until;
  }

  begin(now: Instant, length: Duration): Instant {
    this.#until = after(now, length);
    return this.#until;
  }

  /** Whether there was one to end. */
  end(): boolean {
    const was = this.#until !== null;
    this.#until = null;
    return was;
  }

  /** Whether it ends by itself at `now`. */
  endIfDue(now: Instant): boolean {
    return due(this.#until, now) && this.end();
  }
}
