/**
 * One peer's clock, as it is read off what the peer broadcasts.
 *
 * A broadcast carries two times of its sending: what the sender's own monotonic clock showed, which
 * nobody moves, and what its cluster clock showed, which every round moves. The relation of two
 * monotonic clocks changes by their drift only, so it is measured over several rounds, and of these
 * the message that travelled fastest counts: its reading is the largest (the clock filter of NTP,
 * RFC 5905, section 10). A busy loop that lets messages wait for milliseconds therefore does not
 * look like a clock that is milliseconds behind. What the cluster clock adds is known exactly, as
 * of the newest broadcast.
 *
 * The delay of the fastest message is measured both ways: every broadcast echoes what its sender
 * read off each peer, and the sum of the two readings is twice the mean delay. Between clocks that
 * drift it comes out too small, even negative, by as much as the older readings of a window are
 * off; that is right so, for then both sides are off by the same, in opposite directions, and
 * neither runs away.
 */
import type { Duration, Instant } from "../../kernel/time.js";

/** What a peer's broadcast says about clocks. */
export interface ClockReading {
  /** The sender's monotonic clock when it sent, in microseconds. */
  readonly clock: number;
  /** The sender's cluster clock when it sent, in microseconds. */
  readonly sentAt: number;
  /** What the sender read off our monotonic clock (see `echo`); null before it did. */
  readonly echo: number | null;
  /** Whether the sender's clock was aligned with a majority. */
  readonly synchronised: boolean;
}

/** The readings that are kept, one a round. Clocks drift little in so many. */
const windowLengthMax = 8;

/** How slowly the delay follows a new measurement: by an eighth of the difference. */
const delaySmoothing = 8;

export class PeerClock {
  /** What is measured beyond this is no delay, but the trace of a clock that began anew. */
  readonly #delayMax: Duration;
  /** By how much the peer's monotonic clock seemed ahead, delays not yet added; newest last. */
  readonly #window: number[] = [];
  #delay: number | null = null;
  /** Of the peer's cluster clock, to its monotonic one. */
  #offset = 0;
  #sentAt = 0;
  #synchronised = false;
  #heard = false;

  constructor(delayMax: Duration) {
    this.#delayMax = delayMax;
  }

  get synchronised(): boolean {
    return this.#synchronised;
  }

  /** What the peer's cluster clock showed last. */
  get sentAt(): number {
    return this.#sentAt;
  }

  /** Whether it was heard since the last round ended. */
  get heard(): boolean {
    return this.#heard;
  }

  /** What we read off the peer's monotonic clock, without correction for delay. */
  get echo(): number | null {
    return this.#window.length === 0 ? null : Math.max(...this.#window);
  }

  hear(now: Instant, reading: ClockReading): void {
    // A peer that is not aligned may have just booted, and its clock with it.
    if (!reading.synchronised) this.#window.length = 0;
    this.#window.push(reading.clock - now);
    if (this.#window.length > windowLengthMax) this.#window.shift();
    this.#offset = reading.sentAt - reading.clock;
    this.#sentAt = reading.sentAt;
    this.#synchronised = reading.synchronised;
    this.#heard = true;
    if (reading.echo !== null) this.#measureDelay(reading.echo);
  }

  /**
   * How far the peer's cluster clock is ahead of one that is `offset` ahead of our monotonic clock,
   * in microseconds. Null before it was heard.
   */
  ahead(offset: number): number | null {
    const { echo } = this;
    return echo === null ? null : echo + (this.#delay ?? 0) + this.#offset - offset;
  }

  endRound(): void {
    this.#heard = false;
  }

  #measureDelay(theirs: number): void {
    const measured = -((this.echo ?? 0) + theirs) / 2;
    if (Math.abs(measured) > this.#delayMax) return;
    const step = this.#delay === null ? 0 : (measured - this.#delay) / delaySmoothing;
    this.#delay = Math.round(this.#delay === null ? measured : this.#delay + step);
  }
}
