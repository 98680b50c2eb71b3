/**
 * The cluster's clock: an offset to this node's monotonic clock, so adjusted that the replicas
 * begin their control cycles together, though their clocks drift and one of them may lie.
 *
 * Once a round (a control cycle) every replica broadcasts what its cluster clock shows. From each
 * broadcast heard, a replica reads how far the sender's clock is ahead of its own. At the end of
 * the round it sorts these readings and its own 0, throws away the f lowest and the f highest, and
 * moves to the midpoint of what is left (Welch and Lynch 1988, "A New Fault-Tolerant Algorithm for
 * Clock Synchronization", section 4). With 3 readings and f = 1 that is the median, which lies
 * between two correct clocks or is one of them, whatever the third one says.
 *
 * The paper needs n > 3f because a faulty clock may tell each reader something else. With n = 3 a
 * two-faced clock cannot pull the others out of the range of the correct ones either, but it can
 * keep them from coming closer; `skew` then shows it.
 *
 * How a single clock is read, through messages that take their time, is told in peer-clock.ts.
 *
 * Invariant: while synchronised, no round moves the clock by more than `skewMax`.
 */
import { assert } from "../../kernel/assert.js";
import { majorityOf, type NodeId } from "../../kernel/ids.js";
import { type Duration, type Instant, instant, micros } from "../../kernel/time.js";
import { type ClockReading, PeerClock } from "./peer-clock.js";

export interface ClusterClockOptions {
  readonly peers: readonly NodeId[];
  /** Two clocks within this of one another count as aligned. */
  readonly skewMax: Duration;
  /** A measured delay above this is no delay, but the trace of a clock that began anew. */
  readonly delayMax: Duration;
}

export interface Round {
  readonly synchronised: boolean;
  /** The distance to the farthest of the clocks that count as aligned, in microseconds. */
  readonly skew: Duration;
  /** By how much the clock was moved, in microseconds, forward if positive. */
  readonly adjustment: number;
}

/** So many rounds without a majority in sight, and the clock no longer claims to be aligned. */
const roundsMissedMax = 5;

/**
 * A clock that is not aligned goes nowhere beyond this: 17 years. What a liar sends to a cluster
 * that starts must leave it enough numbers to run on; peers refuse readings of more than twice as
 * much.
 */
const jumpReadingMax = 2 ** 49;

export class ClusterClock {
  readonly #options: ClusterClockOptions;
  readonly #peers = new Map<NodeId, PeerClock>();
  #offset = 0;
  #synchronised: boolean;
  #roundsMissed = 0;
  #skew = micros(0);

  constructor(options: ClusterClockOptions) {
    this.#options = options;
    for (const peer of options.peers) {
      this.#peers.set(peer, new PeerClock(options.delayMax));
    }
    this.#synchronised = options.peers.length === 0;
  }

  get synchronised(): boolean {
    return this.#synchronised;
  }

  get skew(): Duration {
    return this.#skew;
  }

  /** What the cluster's clock shows at `now`, in microseconds; it may be moved back by a round. */
  read(now: Instant): number {
    return now + this.#offset;
  }

  /** When this node's own clock shows that the cluster's clock shows `reading`. */
  instantOf(reading: number): Instant {
    return instant(reading - this.#offset);
  }

  /** What we read off the peer's monotonic clock: it travels back to it as the echo. */
  echoFor(peer: NodeId): number | null {
    return this.#peers.get(peer)?.echo ?? null;
  }

  hear(now: Instant, peer: NodeId, reading: ClockReading): void {
    const clock = this.#peers.get(peer);
    assert(clock !== undefined, `a clock reading of a stranger: ${peer}`);
    clock.hear(now, reading);
  }

  /** Ends a round: moves the clock by what was heard since the last one. */
  endRound(): Round {
    const heard = [...this.#peers.values()].filter((peer) => peer.heard);
    const aligned = this.#offsetsOf(heard).filter(
      (offset) => Math.abs(offset) <= this.#options.skewMax,
    );
    const majority = majorityOf(this.#peers.size + 1);
    const inSight = aligned.length + 1 >= majority;

    let adjustment = 0;
    if (inSight) adjustment = midpoint([0, ...aligned]);
    else if (!this.#synchronised) adjustment = this.#jump(heard, majority);
    this.#offset += adjustment;
    this.#roundsMissed = inSight ? 0 : this.#roundsMissed + 1;
    if (inSight) this.#synchronised = true;
    else if (this.#roundsMissed >= roundsMissedMax) this.#synchronised = false;
    if (inSight) this.#skew = micros(Math.max(0, ...aligned.map(Math.abs)));
    for (const peer of heard) peer.endRound();
    return { synchronised: this.#synchronised, skew: this.#skew, adjustment };
  }

  /** How far the peers' clocks are ahead of ours. */
  #offsetsOf(peers: readonly PeerClock[]): number[] {
    return peers.map((peer) => {
      const ahead = peer.ahead(this.#offset);
      assert(ahead !== null, "an offset of a clock that was never read");
      return ahead;
    });
  }

  /**
   * A clock that is not aligned has nothing to lose. It goes where the aligned ones are; when there
   * are none, as at a cold start, all go to the midpoint of what they hear and meet there.
   */
  #jump(heard: readonly PeerClock[], majority: number): number {
    const believed = heard.filter((peer) => peer.sentAt <= jumpReadingMax);
    const aligned = believed.filter((peer) => peer.synchronised);
    if (aligned.length > 0) return midpoint(this.#offsetsOf(aligned));
    return believed.length + 1 >= majority ? midpoint([0, ...this.#offsetsOf(believed)]) : 0;
  }
}

/** The fault-tolerant midpoint: of n readings, floor((n - 1) / 2) are cut off at either end. */
export function midpoint(readings: readonly number[]): number {
  assert(readings.length > 0, "the midpoint of nothing");
  const sorted = [...readings].sort((one, other) => one - other);
  const cut = Math.floor((sorted.length - 1) / 2);
  const low = sorted[cut] as number;
  const high = sorted[sorted.length - 1 - cut] as number;
  return Math.round((low + high) / 2);
}
