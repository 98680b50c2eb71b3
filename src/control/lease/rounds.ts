/**
 * The claimant's half of the bookkeeping: which of its rounds are still open, and who has granted
 * each. A round counts from the instant at which its request was sent, because no voter can have
 * received it earlier: however slow a grant is, it is never worth more than that.
 *
 * Invariant: rounds are opened in increasing order, and a round that is closed never counts again.
 */
import { assert } from "../../kernel/assert.js";
import { majorityOf, type NodeId } from "../../kernel/ids.js";
import type { Instant } from "../../kernel/time.js";

/**
 * So many rounds are open at most; a further one closes the oldest. A holder whose grants take
 * longer than this many renewals has long lost its lease.
 */
export const roundsOpenMax = 8;

interface OpenRound {
  readonly round: number;
  readonly sentAt: Instant;
  readonly voters: Set<NodeId>;
}

export class Rounds {
  readonly #majority: number;
  #open: OpenRound[] = [];

  /** @param nodeCount how many replicas vote, the claimant included */
  constructor(nodeCount: number) {
    this.#majority = majorityOf(nodeCount);
  }

  get openCount(): number {
    return this.#open.length;
  }

  open(round: number, sentAt: Instant): void {
    const newest = this.#open.at(-1);
    assert(newest === undefined || newest.round < round, `round ${round} is not new`);
    if (this.#open.length === roundsOpenMax) this.#open.shift();
    this.#open.push({ round, sentAt, voters: new Set() });
  }

  /**
   * Counts a vote. Answers when the request was sent if this vote completes the majority, else
   * null. The round and all before it are then closed: no later vote could make them worth more.
   */
  grant(round: number, voter: NodeId): Instant | null {
    const granted = this.#open.find((candidate) => candidate.round === round);
    if (granted === undefined) return null;
    granted.voters.add(voter);
    if (granted.voters.size < this.#majority) return null;
    this.#open = this.#open.filter((candidate) => candidate.round > round);
    return granted.sentAt;
  }
}
