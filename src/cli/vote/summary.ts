/**
 * What a person or a script wants to know of a voted recording: counts, alarms, and what the faults
 * did. The measure is the fault-free vote, the same voter's on the same rows without the faults.
 */
import type { CaveatReason, ExclusionReason, Verdict, VoteStatus } from "../../voting/voter.js";
import { FaultCourse, type InjectionReport, type Isolation, type Place } from "./fault-course.js";
import { hitsOf, type InjectedFault, readerCountOf } from "./injection.js";
import { ReaderComparison, type ReaderReport } from "./readers.js";
import type { VotedRow } from "./vote-recording.js";

/** All exclusions of one channel for one reason. */
export interface Alarm {
  readonly channel: string;
  readonly reason: ExclusionReason;
  readonly count: number;
  readonly first: Place;
}

/** What became of the rows in which a fault changed a reading. */
export interface FaultyRows {
  readonly rows: number;
  /** The value was within the tolerance of the fault-free one. */
  readonly masked: number;
  /** The value was given, and was off by more than the tolerance: a wrong value was believed. */
  readonly missed: number;
  /** There was no value, though there is one without the faults. */
  readonly lost: number;
  /** There is no value without the faults either: nothing to measure by. */
  readonly unjudged: number;
}

export interface LargestError extends Place {
  readonly error: number;
  readonly value: number;
  readonly faultFree: number;
}

export interface VoteSummary {
  readonly rows: number;
  /** How many columns were voted. */
  readonly channels: number;
  readonly voter: string;
  readonly tolerance: number;
  readonly statuses: Readonly<Record<VoteStatus, number>>;
  readonly alarms: readonly Alarm[];
  readonly isolated: readonly Isolation[];
  readonly readmitted: readonly (Place & { readonly channel: string })[];
  /** One for each fault on each of its channels. */
  readonly injected: readonly InjectionReport[];
  /** Alarms on a channel without a fault, or before it changed anything. */
  readonly falseAlarms: number;
  /** Rows that have a value without the faults, and none with them. */
  readonly valuesLost: number;
  /** Of the voted value against the fault-free one; null where no fault was injected. */
  readonly largestError: LargestError | null;
  /** Null where no fault was injected. */
  readonly faultyRows: FaultyRows | null;
  /** Readings that did not count after a false alarm on their channel. */
  readonly wronglyExcluded: number;
  /** Rows that were to be taken with care, by the reason; empty as a rule. */
  readonly caveats: Readonly<Partial<Record<CaveatReason, number>>>;
  /** Null where no sensor is two-faced. */
  readonly readers: ReaderReport | null;
}

export interface SummaryOptions {
  readonly channels: number;
  readonly voter: string;
  readonly tolerance: number;
  readonly faults: readonly InjectedFault[];
}

export class SummaryBuilder {
  readonly #options: SummaryOptions;
  readonly #statuses = { ok: 0, degraded: 0, "no-majority": 0, insufficient: 0 };
  readonly #isolated: Isolation[] = [];
  readonly #readmitted: (Place & { channel: string })[] = [];
  readonly #courses: readonly FaultCourse[];
  readonly #faultyRows = { rows: 0, masked: 0, missed: 0, lost: 0, unjudged: 0 };
  readonly #wronglyOut = new Set<string>();
  readonly #caveats: Partial<Record<CaveatReason, number>> = {};
  readonly #readers: ReaderComparison;
  #rows = 0;
  #valuesLost = 0;
  #falseAlarms = 0;
  #wronglyExcluded = 0;
  #largestError: LargestError | null = null;

  constructor(options: SummaryOptions) {
    this.#options = options;
    this.#courses = hitsOf(options.faults).map((hit) => new FaultCourse(hit));
    this.#readers = new ReaderComparison(readerCountOf(options.faults), options.tolerance);
  }

  add(voted: VotedRow): void {
    const { row, timeS: t, closing, faultFree, changes } = voted;
    const { verdict } = closing;
    const place = { row, t };
    this.#rows += 1;
    this.#statuses[verdict.status] += 1;
    for (const { reason } of verdict.caveats) {
      this.#caveats[reason] = (this.#caveats[reason] ?? 0) + 1;
    }
    for (const { hit, off } of changes) this.#courses[hit]?.noteChange(place, off);
    this.#noteEvents(place, voted);
    for (const course of this.#courses) course.noteRow(place, closing);
    this.#noteWronglyOut(verdict);
    if (changes.length > 0) this.#judge(verdict.value, faultFree);
    if (faultFree !== null) this.#compare(place, verdict.value, faultFree);
    this.#readers.add(place, voted);
  }

  finish(): VoteSummary {
    const { channels, voter, tolerance, faults } = this.#options;
    return {
      rows: this.#rows,
      channels,
      voter,
      tolerance,
      statuses: this.#statuses,
      alarms: alarmsOf(this.#isolated),
      isolated: this.#isolated,
      readmitted: this.#readmitted,
      injected: this.#courses.map((course) => course.report()),
      falseAlarms: this.#falseAlarms,
      valuesLost: this.#valuesLost,
      largestError: this.#largestError,
      faultyRows: faults.length === 0 ? null : this.#faultyRows,
      wronglyExcluded: this.#wronglyExcluded,
      caveats: this.#caveats,
      readers: this.#readers.report(),
    };
  }

  #noteEvents(place: Place, { closing }: VotedRow): void {
    for (const event of closing.events) {
      if (event.kind === "channel-readmitted") {
        this.#readmitted.push({ channel: event.channel, ...place });
        this.#wronglyOut.delete(event.channel);
      } else if (event.kind === "channel-excluded") {
        this.#noteAlarm({ channel: event.channel, reason: event.reason, ...place });
      }
    }
  }

  #noteAlarm(isolation: Isolation): void {
    this.#isolated.push(isolation);
    if (this.#courses.some((course) => course.causes(isolation))) return;
    this.#falseAlarms += 1;
    this.#wronglyOut.add(isolation.channel);
  }

  #noteWronglyOut({ excluded }: Verdict): void {
    for (const { channel } of excluded) {
      if (this.#wronglyOut.has(channel)) this.#wronglyExcluded += 1;
    }
  }

  #judge(value: number | null, faultFree: number | null): void {
    const counts = this.#faultyRows;
    counts.rows += 1;
    if (faultFree === null) counts.unjudged += 1;
    else if (value === null) counts.lost += 1;
    else if (Math.abs(value - faultFree) <= this.#options.tolerance) counts.masked += 1;
    else counts.missed += 1;
  }

  #compare(place: Place, value: number | null, faultFree: number): void {
    if (value === null) {
      this.#valuesLost += 1;
      return;
    }
    const error = Math.abs(value - faultFree);
    if (this.#largestError !== null && error <= this.#largestError.error) return;
    this.#largestError = { error, ...place, value, faultFree };
  }
}

function alarmsOf(isolated: readonly Isolation[]): Alarm[] {
  const alarms = new Map<string, Alarm>();
  for (const { channel, reason, row, t } of isolated) {
    const key = `${reason} ${channel}`;
    const known = alarms.get(key) ?? { channel, reason, count: 0, first: { row, t } };
    alarms.set(key, { ...known, count: known.count + 1 });
  }
  return [...alarms.values()];
}
