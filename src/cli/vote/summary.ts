/**
 * What a person or a script wants to know of a voted recording: counts, alarms, and what the faults
 * did.
 */
import type { ExclusionReason, VoteStatus } from "../../voting/voter.js";
import type { Effects, InjectedFault, VotedRow } from "./vote-recording.js";

/** A row of the recording: its number from 0, and its time as recorded, in seconds. */
export interface Place {
  readonly row: number;
  readonly t: number;
}

/** All exclusions of one channel for one reason. */
export interface Alarm {
  readonly channel: string;
  readonly reason: ExclusionReason;
  readonly count: number;
  readonly first: Place;
}

export interface Isolation extends Place {
  readonly channel: string;
  readonly reason: ExclusionReason;
}

export interface InjectionReport {
  readonly fault: string;
  readonly channel: string;
  /** Readings that it changed; 0 where it never took effect. */
  readonly changed: number;
  /** The first alarm on its channel from its first row on; null where it was only masked. */
  readonly isolated: Isolation | null;
}

export interface VoteSummary {
  readonly rows: number;
  readonly voter: string;
  readonly tolerance: number;
  readonly statuses: Readonly<Record<VoteStatus, number>>;
  readonly alarms: readonly Alarm[];
  readonly isolated: readonly Isolation[];
  readonly readmitted: readonly (Place & { readonly channel: string })[];
  readonly injected: readonly InjectionReport[];
  /** Alarms on a channel without a fault, or before its first. */
  readonly falseAlarms: number;
  /** Rows that have a value without the faults, and none with them. */
  readonly valuesLost: number;
  /** Of the voted value against the fault-free one; null where no fault was injected. */
  readonly largestError: (Place & { readonly error: number }) | null;
}

export interface SummaryOptions {
  readonly voter: string;
  readonly tolerance: number;
  readonly faults: readonly InjectedFault[];
}

export class SummaryBuilder {
  readonly #options: SummaryOptions;
  readonly #statuses = { ok: 0, degraded: 0, "no-majority": 0, insufficient: 0 };
  readonly #isolated: Isolation[] = [];
  readonly #readmitted: (Place & { channel: string })[] = [];
  #rows = 0;
  #valuesLost = 0;
  #largestError: (Place & { error: number }) | null = null;

  constructor(options: SummaryOptions) {
    this.#options = options;
  }

  add({ row, timeS: t, closing, faultFree }: VotedRow): void {
    this.#rows += 1;
    this.#statuses[closing.verdict.status] += 1;
    for (const event of closing.events) {
      if (event.kind === "channel-readmitted") {
        this.#readmitted.push({ channel: event.channel, row, t });
      } else if (event.kind === "channel-excluded") {
        this.#isolated.push({ channel: event.channel, reason: event.reason, row, t });
      }
    }
    if (faultFree !== null) this.#compare({ row, t }, closing.verdict.value, faultFree);
  }

  finish(effects: Effects): VoteSummary {
    const { voter, tolerance, faults } = this.#options;
    return {
      rows: this.#rows,
      voter,
      tolerance,
      statuses: this.#statuses,
      alarms: alarmsOf(this.#isolated),
      isolated: this.#isolated,
      readmitted: this.#readmitted,
      injected: faults.map((fault, index) => this.#report(fault, effects[index] ?? 0)),
      falseAlarms: this.#isolated.filter((isolation) => !isCaused(isolation, faults)).length,
      valuesLost: this.#valuesLost,
      largestError: this.#largestError,
    };
  }

  #compare(place: Place, value: number | null, faultFree: number): void {
    if (value === null) {
      this.#valuesLost += 1;
      return;
    }
    const error = Math.abs(value - faultFree);
    if (this.#largestError !== null && error <= this.#largestError.error) return;
    this.#largestError = { error, ...place };
  }

  #report(fault: InjectedFault, changed: number): InjectionReport {
    const isolated = this.#isolated.find((isolation) => isCaused(isolation, [fault])) ?? null;
    return { fault: fault.text, channel: fault.channel, changed, isolated };
  }
}

/** An alarm may come after its fault has ended, but not before it began. */
const isCaused = (isolation: Isolation, faults: readonly InjectedFault[]): boolean =>
  faults.some(({ channel, begin }) => channel === isolation.channel && begin <= isolation.row);

function alarmsOf(isolated: readonly Isolation[]): Alarm[] {
  const alarms = new Map<string, Alarm>();
  for (const { channel, reason, row, t } of isolated) {
    const key = `${reason} ${channel}`;
    const known = alarms.get(key) ?? { channel, reason, count: 0, first: { row, t } };
    alarms.set(key, { ...known, count: known.count + 1 });
  }
  return [...alarms.values()];
}
