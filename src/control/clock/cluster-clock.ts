/**
 * The cluster's clock: an offset to this node's monotonic clock, so adjusted that the replicas begin
 * their control cycles together, though their clocks drift and one of them may lie.
 *
 * Once a round (a control cycle) every replica broadcasts what its cluster clock shows. From each
 * broadcast heard, a replica reads how far the sender's clock is ahead of its own. At the end of the
 * round it sorts these readings and its own 0, throws away the f lowest and the f highest, and moves
 * to the midpoint of what is left (Welch and Lynch 1988, "A New Fault-Tolerant Algorithm for Clock
 * Synchronization", section 4). With 3 readings and f = 1 that is the median, which lies between two
 * correct clocks or is one of them, whatever the third one says.
 *
 * The paper needs n > 3f because a faulty clock may tell each reader something else. With n = 3 a
 * two-faced clock cannot pull the others out of the range of the correct ones either, but it can
 * keep them from coming closer; `skew` then shows it.
 *
 * A reading needs the delay of the message. It is measured both ways: every broadcast echoes what
 * its sender read off each peer, so that the sum of the two readings is twice the mean delay.
 *
 * Invariant: while synchronised, no round moves the clock by more than `skewMax`.
 */
import { assert } from "../../kernel/assert.js";
import { majorityOf, type NodeId } from "../../kernel/ids.js";
import { type Duration, type Instant, instant, micros } from "../../kernel/time.js";

export interface ClusterClockOptions {
  readonly peers: readonly NodeId[];
  /** Two clocks within this of one another count as aligned. */
  readonly skewMax: Duration;
  /** A measured delay above this is no delay, but the trace of a clock that was moved meanwhile. */
  readonly delayMax: Duration;
}

/** What a peer's broadcast says about clocks. */
export interface ClockReading {
  readonly peer: NodeId;
  /** The sender's cluster clock when it sent, in microseconds. */
  readonly sentAt: number;
  /** What the sender last read off our clock, without correction for delay; null before it did. */
  readonly echo: number | null;
  /** Whether the sender's clock was aligned with a majority. */
  readonly synchronised: boolean;
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
 * A clock that is not aligned goes nowhere beyond this: 17 years. What a liar sends to a cluster that
 * starts must leave it enough numbers to run on; peers refuse readings of more than twice as much.
 */
const jumpReadingMax = 2 ** 49;

/** How slowly the mean delay follows a new measurement: by an eighth of the difference. */
const delaySmoothing = 8;

interface PeerClock {
  /** How far the peer's clock seemed ahead at its last broadcast, its delay not yet added. */
  raw: number | null;
  synchronised: boolean;
  /** Whether its last reading was one that a clock may be set to. */
  believable: boolean;
  heardThisRound: boolean;
  delay: number | null;
}

const unheard: PeerClock = {
  raw: null,
  synchronised: false,
  believable: false,
  heardThisRound: false,
  delay: null,
};

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
      this.#peers.set(peer, { ...unheard });
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

  /** What we last read off the peer's clock: it travels back to it as the echo. */
  echoFor(peer: NodeId): number | null {
    return this.#peers.get(peer)?.raw ?? null;
  }

  hear(now: Instant, reading: ClockReading): void {
    const peer = this.#peers.get(reading.peer);
    assert(peer !== undefined, `a clock reading of a stranger: ${reading.peer}`);
    peer.raw = reading.sentAt - this.read(now);
    peer.synchronised = reading.synchronised;
    peer.believable = reading.sentAt <= jumpReadingMax;
    peer.heardThisRound = true;
    if (reading.echo !== null) this.#measureDelay(peer, peer.raw, reading.echo);
  }

  /** Ends a round: moves the clock by what was heard since the last one. */
  endRound(): Round {
    const offsets = this.#offsetsHeard();
    const aligned = offsets.filter((offset) => Math.abs(offset) <= this.#options.skewMax);
    const majority = majorityOf(this.#peers.size + 1);
    const inSight = aligned.length + 1 >= majority;

    let adjustment = 0;
    if (inSight) adjustment = midpoint([0, ...aligned]);
    else if (!this.#synchronised) adjustment = this.#jump(majority);
    this.#move(adjustment);
    this.#roundsMissed = inSight ? 0 : this.#roundsMissed + 1;
    if (inSight) this.#synchronised = true;
    else if (this.#roundsMissed >= roundsMissedMax) this.#synchronised = false;
    if (inSight) this.#skew = micros(Math.max(0, ...aligned.map(Math.abs)));
    for (const peer of this.#peers.values()) peer.heardThisRound = false;
    return { synchronised: this.#synchronised, skew: this.#skew, adjustment };
  }

  #measureDelay(peer: PeerClock, raw: number, echo: number): void {
    const measured = -(raw + echo) / 2;
    if (measured < 0 || measured > this.#options.delayMax) return;
    const step = peer.delay === null ? 0 : (measured - peer.delay) / delaySmoothing;
    peer.delay = Math.round(peer.delay === null ? measured : peer.delay + step);
  }

  #offsetsHeard(): number[] {
    const heard = [...this.#peers.values()].filter((peer) => peer.heardThisRound);
    return heard.map((peer) => offsetOf(peer));
  }

  /**
   * A clock that is not aligned has nothing to lose. It goes where the aligned ones are; when there
   * are none, as at a cold start, all go to the midpoint of what they hear and meet there.
   */
  #jump(majority: number): number {
    const believed = [...this.#peers.values()].filter(
      (peer) => peer.heardThisRound && peer.believable,
    );
    const aligned = believed.filter((peer) => peer.synchronised);
    if (aligned.length > 0) return midpoint(aligned.map(offsetOf));
    return believed.length + 1 >= majority ? midpoint([0, ...believed.map(offsetOf)]) : 0;
  }

  /** Moves the clock, and with it what we read off the others' clocks. */
  #move(adjustment: number): void {
    this.#offset += adjustment;
    for (const peer of this.#peers.values()) {
      if (peer.raw !== null) peer.raw -= adjustment;
    }
  }
}

function offsetOf(peer: PeerClock): number {
  assert(peer.raw !== null, "an offset of a clock that was never read");
  return peer.raw + (peer.delay ?? 0);
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
