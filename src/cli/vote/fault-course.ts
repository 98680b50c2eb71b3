/**
 * The course of one fault on one channel: when it first changed a reading, when it first mattered,
 * when its channel was isolated for it, and when the channel was back after it had cleared.
 *
 * Two beginnings, because a drift is nobody's business until it has left the tolerance, and a
 * sensor that is stuck may be found out long before.
 */
import type { Closing } from "../../voting/sensor-voter.js";
import type { ExclusionReason } from "../../voting/voter.js";
import type { Hit } from "./injection.js";

/** A row of the recording: its number from 0, and its time as recorded, in seconds. */
export interface Place {
  readonly row: number;
  readonly t: number;
}

/** How long from one row to another: 0 samples is in the same row. */
export interface Lapse {
  readonly samples: number;
  readonly seconds: number;
}

export interface Isolation extends Place {
  readonly channel: string;
  readonly reason: ExclusionReason;
}

export interface FaultIsolation extends Isolation {
  readonly sinceChanged: Lapse;
  /** Since a reading was first missing, too old, or off by more than the tolerance. */
  readonly sinceOff: Lapse | null;
}

export interface Readmission extends Place {
  /** Since the first row without the fault. */
  readonly sinceCleared: Lapse;
}

export interface InjectionReport {
  readonly fault: string;
  readonly channel: string;
  /** Readings that it changed; 0 where it never took effect. */
  readonly changed: number;
  /** The first alarm on its channel from its first change on; null where it was only masked. */
  readonly isolated: FaultIsolation | null;
  /** The first reading that it changed, and the first that was then off (see `Change`). */
  readonly firstChanged: Place | null;
  readonly firstOff: Place | null;
  /** When the channel was back; null where it was not out, or did not come back. */
  readonly readmitted: Readmission | null;
}

/** After so many agreements since it cleared, an alarm on the channel is not the fault's doing. */
const agreementsOver = 20;

export class FaultCourse {
  readonly #hit: Hit;
  #changed = 0;
  #firstChanged: Place | null = null;
  #firstOff: Place | null = null;
  #isolated: Isolation | null = null;
  #cleared: Place | null = null;
  #readmitted: Place | null = null;
  #agreements = 0;

  constructor(hit: Hit) {
    this.#hit = hit;
  }

  noteChange(place: Place, off: boolean): void {
    this.#changed += 1;
    this.#firstChanged ??= place;
    if (off) this.#firstOff ??= place;
  }

  /** Told once a row, after its changes. */
  noteRow(place: Place, { verdict, events }: Closing): void {
    const { fault, channel } = this.#hit;
    if (place.row === fault.end) this.#cleared = place;
    for (const event of events) this.#noteEvent(place, event);
    if (this.#cleared !== null && verdict.agreeing.includes(channel)) this.#agreements += 1;
  }

  /**
   * An alarm may come after its fault has ended, but not before it changed anything, and not when
   * the channel has long agreed again.
   */
  causes({ channel }: Isolation): boolean {
    if (channel !== this.#hit.channel || this.#firstChanged === null) return false;
    return this.#agreements < agreementsOver;
  }

  report(): InjectionReport {
    const { fault, channel } = this.#hit;
    return {
      fault: fault.text,
      channel,
      changed: this.#changed,
      isolated: this.#isolation(),
      firstChanged: this.#firstChanged,
      firstOff: this.#firstOff,
      readmitted: this.#readmission(),
    };
  }

  #noteEvent(place: Place, event: Closing["events"][number]): void {
    const { channel } = this.#hit;
    if (event.kind === "channel-excluded" && event.channel === channel) {
      if (this.#firstChanged === null) return;
      this.#isolated ??= { channel, reason: event.reason, ...place };
    } else if (event.kind === "channel-readmitted" && event.channel === channel) {
      if (this.#cleared !== null && this.#isolated !== null) this.#readmitted ??= place;
    }
  }

  #isolation(): FaultIsolation | null {
    if (this.#isolated === null || this.#firstChanged === null) return null;
    const off = this.#firstOff;
    return {
      ...this.#isolated,
      sinceChanged: lapse(this.#firstChanged, this.#isolated),
      // Found out before it mattered: there is no time since.
      sinceOff: off === null || off.row > this.#isolated.row ? null : lapse(off, this.#isolated),
    };
  }

  #readmission(): Readmission | null {
    if (this.#readmitted === null || this.#cleared === null) return null;
    return { ...this.#readmitted, sinceCleared: lapse(this.#cleared, this.#readmitted) };
  }
}

const lapse = (begin: Place, end: Place): Lapse => ({
  samples: end.row - begin.row,
  seconds: end.t - begin.t,
});
