/**
 * What a member owes to the leader that it has heard: for a while it votes for no other, so that
 * whoever was cut off cannot disturb the group (thesis 4.2.3), and a leader may answer reads on its
 * own for as long (6.4.1).
 *
 * The while is `electionTimeoutMin`, or less: where the leader reads on nobody's promise, a member
 * whose failure detector suspects it is free at once. An election then takes the time of the
 * detector, not the far longer one that must outlast every pause of a leader that lives. One member
 * that suspects alone changes nothing, for it needs the pre-votes of a majority.
 */
import type { NodeId } from "../../kernel/ids.js";
import { after, type Duration, type Instant } from "../../kernel/time.js";

export class Loyalty {
  readonly #length: Duration;
  #heardAt: Instant | null;
  #leader: NodeId | null = null;
  #term = 0;
  /** Its leader counts on it. Unless it has said that it does not, it may. */
  #leased = true;
  readonly #suspected = new Set<NodeId>();

  /**
   * @param length `electionTimeoutMin`
   * @param heardAt before its start a member may have heard a leader: then this is the start
   */
  constructor(length: Duration, heardAt: Instant | null) {
    this.#length = length;
    this.#heardAt = heardAt;
  }

  /** @param leased as the leader says; null where it has not */
  hear(now: Instant, leader: NodeId, term: number, leased: boolean | null): void {
    const isKnown = leader === this.#leader && term === this.#term;
    this.#heardAt = now;
    this.#leader = leader;
    this.#term = term;
    this.#leased = leased ?? (isKnown ? this.#leased : true);
    this.#suspected.delete(leader);
  }

  suspect(member: NodeId, suspected: boolean): void {
    if (suspected) this.#suspected.add(member);
    else this.#suspected.delete(member);
  }

  /** The leader that was heard last is suspected, and does not count on us. */
  get isFree(): boolean {
    return this.#leader !== null && !this.#leased && this.#suspected.has(this.#leader);
  }

  /** A leader was heard so lately that no other can be wanted. */
  binds(now: Instant): boolean {
    if (this.#heardAt === null || this.isFree) return false;
    return now < after(this.#heardAt, this.#length);
  }
}
