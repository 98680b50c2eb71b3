/**
 * A leader's contact with its group: rounds of messages, when each was sent, and which a majority
 * has answered. Three things hang on it: reads (a round begun after the read was asked for), check
 * quorum (thesis 6.2: a leader that no majority answers steps down), and the lease.
 *
 * The lease: followers that answered round r heard the leader after it was sent, and vote for no
 * other until `electionTimeoutMin` later on their clocks. So until that much later, scaled by how
 * far two clocks can drift apart, no other leader can have been elected (thesis 6.4.1).
 */
import type { NodeId } from "../../kernel/ids.js";
import { after, type Duration, elapsed, type Instant, micros } from "../../kernel/time.js";
import { type Quorum, reached } from "./quorum.js";

interface Sent {
  readonly round: number;
  readonly at: Instant;
}

/** Rounds whose answers are awaited; an older one that is answered still confirms reads. */
const openMax = 128;

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
  #round = 0;
  #confirmed = 0;
  #sent: Sent[] = [];
  #leaseUntil: Instant | null = null;
  /** A successor may have been told to campaign whatever its voters have heard. */
  #leaseVoid = false;

  /** @param length of the lease, from the sending of a round */
  constructor(length: Duration) {
    this.#length = length;
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
    return this.#leaseVoid ? null : this.#leaseUntil;
  }

  /** A round is sent to everyone now. */
  begin(now: Instant): number {
    this.#round += 1;
    this.#sent.push({ round: this.#round, at: now });
    if (this.#sent.length > openMax) this.#sent.shift();
    return this.#round;
  }

  /** @param answered the newest round that a voter has answered */
  count(quorum: Quorum, answered: (voter: NodeId) => number): void {
    const confirmed = Math.min(reached(quorum, answered), this.#round);
    if (confirmed <= this.#confirmed) return;
    this.#confirmed = confirmed;
    while (this.#sent.length > 0 && (this.#sent[0] as Sent).round < confirmed) this.#sent.shift();
    const sent = this.#sent[0];
    if (sent?.round === confirmed) this.#leaseUntil = after(sent.at, this.#length);
  }

  /** For the rest of the term there is no lease: another may be elected at any time. */
  voidLease(): void {
    this.#leaseVoid = true;
  }
}

/** How long ago a majority was last heard. Null where one has never been. */
export function quorumSilence(
  quorum: Quorum,
  now: Instant,
  heardAt: (voter: NodeId) => Instant | null,
): Duration | null {
  const at = reached(quorum, (voter) => heardAt(voter) ?? -1);
  return at < 0 ? null : elapsed(Math.min(at, now) as Instant, now);
}
