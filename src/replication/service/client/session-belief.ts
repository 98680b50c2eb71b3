/**
 * What a client knows of its session (Burrows 2006, section 2.8). It is `sure` while its own count
 * of the lease runs; then it is in `jeopardy`: the session may have ended, and nothing that it
 * holds may be relied on, but a new leader may have kept it. When it is kept after all everything
 * is as before; when the grace period has passed without a word it is taken for lost.
 */
import { after, type Duration, type Instant, micros } from "../../../kernel/time.js";
import { heldLength } from "./held-length.js";

/** A keep-alive goes out so often within a lease: two may be lost. */
export const keepAlivesPerLease = 3;

/** Of a lease: so long a keep-alive may take before another replica is tried. */
const attemptShare = 4;

export interface BeliefOptions {
  readonly driftMaxPpm: number;
  readonly grace: Duration;
}

export class SessionBelief {
  readonly session: number;
  readonly #lease: Duration;
  readonly #length: Duration;
  readonly #grace: Duration;
  /** When that was sent to which a replica last said that the session lives. */
  #keptFrom: Instant;
  /** When a replica was last asked. */
  #askedAt: Instant;
  #jeopardy = false;

  constructor(session: number, lease: Duration, sentAt: Instant, options: BeliefOptions) {
    this.session = session;
    this.#lease = lease;
    this.#length = heldLength(lease, options.driftMaxPpm);
    this.#grace = options.grace;
    this.#keptFrom = sentAt;
    this.#askedAt = sentAt;
  }

  /** The first instant at which nothing that the session holds may be relied on. */
  get until(): Instant {
    return after(this.#keptFrom, this.#length);
  }

  get inJeopardy(): boolean {
    return this.#jeopardy;
  }

  get lostAt(): Instant {
    return after(this.until, this.#grace);
  }

  get keepAliveAt(): Instant {
    return after(this.#askedAt, micros(Math.floor(this.#lease / keepAlivesPerLease)));
  }

  get keepAliveMax(): Duration {
    return micros(Math.floor(this.#lease / attemptShare));
  }

  asked(now: Instant): void {
    this.#askedAt = now;
  }

  /** @returns whether it is sure now: an answer may come too late to be worth anything */
  kept(now: Instant, sentAt: Instant): boolean {
    if (sentAt > this.#keptFrom) this.#keptFrom = sentAt;
    if (now >= this.until) return false;
    this.#jeopardy = false;
    return true;
  }

  /** @returns whether the jeopardy begins now */
  fallsInto(now: Instant): boolean {
    if (this.#jeopardy || now < this.until) return false;
    this.#jeopardy = true;
    return true;
  }

  isLost(now: Instant): boolean {
    return now >= this.lostAt;
  }
}
