/**
 * A leader's contact with its group: rounds of messages, when each was sent, and which a majority
 * has answered. Three things hang on it: reads (a round begun after the read was asked for), check
 * quorum (thesis 6.2: a leader that no majority answers steps down), and the lease. All three
 * count from the sending of a round: a leader that is too busy hears of its group, but too late.
 *
 * The lease: followers that answered round r heard the leader after it was sent, and vote for no
 * other until `electionTimeoutMin` later on their clocks, if the leader counts on it (loyalty.ts).
 * So until that much later, scaled by how far two clocks can drift apart, no other leader can have
 * been elected (thesis 6.4.1).
 */
import type { NodeId } from "../../kernel/ids.js";
import { after, type Duration, type Instant, micros } from "../../kernel/time.js";
import { type Quorum, reached } from "./quorum.js";

interface Sent {
  readonly round: number;
  readonly at: Instant;
}

/**
 * Rounds that are sent within this part of a lease count as sent with the first of them: where
 * reads begin a thousand a second, their instants need not all be kept.
 */
const grains = 64;

/** Two leases at least: an answer that comes later confirms reads, and shows nothing else. */
const keptMax = 2 * grains + 1;

const million = 1_000_000;

/**
 * How long a leader may count on a promise of `promised` made by followers after it has asked: at
 * most `promised * (1 - rho) / (1 + rho)`, and one microsecond less, as both readings are cut off.
 */
export function leaseLength(promised: Duration, driftMaxPpm: number): Duration {
  const product = promised * (million - driftMaxPpm);
  const divisor = million + driftMaxPpm;
  return micros(Math.max((product - (product % divisor)) / divisor - 1, 0));
}

export class Contact {
  readonly #length: Duration;
  readonly #grain: Duration;
  #round = 0;
  #confirmed = 0;
  /** Oldest first, at least a grain apart. */
  readonly #sent: Sent[] = [];
  #confirmedAt: Instant;
  /** A successor may have been told to campaign whatever its voters have heard. */
  #leaseVoid = false;

  /**
   * @param length of the lease, from the sending of a round
   * @param now a leader is elected: a majority is taken to have been there
   */
  constructor(length: Duration, now: Instant) {
    this.#length = length;
    this.#grain = micros(Math.ceil(length / grains));
    this.#confirmedAt = now;
  }

  /** The newest round; every message carries it. */
  get round(): number {
    return this.#round;
  }

  /** The newest that a majority has answered. */
  get confirmed(): number {
    return this.#confirmed;
  }

  get leaseUntil(): Instant | null {
    if (this.#leaseVoid || this.#confirmed === 0) return null;
    return after(this.#confirmedAt, this.#length);
  }

  /**
   * When the newest round was sent that a majority has answered, or less than a grain before. Not
   * when the answers came: who is overloaded takes answers that have waited for seconds for fresh
   * ones.
   */
  get confirmedAt(): Instant {
    return this.#confirmedAt;
  }

  /** A round is sent to everyone now. */
  begin(now: Instant): number {
    this.#round += 1;
    const last = this.#sent.at(-1);
    if (last !== undefined && now < after(last.at, this.#grain)) return this.#round;
    this.#sent.push({ round: this.#round, at: now });
    if (this.#sent.length > keptMax) this.#sent.shift();
    return this.#round;
  }

  /** @param answered the newest round that a voter has answered */
  count(quorum: Quorum, answered: (voter: NodeId) => number): void {
    const confirmed = Math.min(reached(quorum, answered), this.#round);
    if (confirmed <= this.#confirmed) return;
    this.#confirmed = confirmed;
    while (this.#sent.length > 0 && (this.#sent[0] as Sent).round <= confirmed) {
      this.#confirmedAt = (this.#sent.shift() as Sent).at;
    }
  }

  /** For the rest of the term there is no lease: another may be elected at any time. */
  voidLease(): void {
    this.#leaseVoid = true;
  }
}
