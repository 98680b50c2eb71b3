/**
 * One voter in one trial, measured by what all channels say without the fault: the middle of the
 * clean readings, the same for every voter. A voter's own fault-free vote would excuse a voter that
 * is off, or finds no value, without any fault.
 */
import { FaultCourse } from "../vote/fault-course.js";
import { hitsOf, readerCountOf } from "../vote/injection.js";
import { ReaderComparison } from "../vote/readers.js";
import { type VotedRow, type VoteRequest, voteRecording } from "../vote/vote-recording.js";

/** Times are in samples. */
export interface TrialResult {
  /** Rows in which a fault changed a reading and there is something to measure by. */
  readonly rows: number;
  /** Of these, the value was within the tolerance of the clean middle. */
  readonly masked: number;
  /** A value was given that was not. */
  readonly missed: number;
  /** No value was given. */
  readonly lost: number;
  readonly falseAlarms: number;
  /** Of the value against the clean middle, in any row. */
  readonly largestError: number;
  /** Channels with a fault that took effect, and since its first change those isolated. */
  readonly faulty: number;
  readonly isolated: readonly number[];
  /** Since the first row without the fault. */
  readonly readmitted: readonly number[];
  /** The largest difference between the values of readers; 0 where there is one reader. */
  readonly apart: number;
}

/** The request has no faults: then every row is measured, as if it were faulty. */
export function runTrial(request: VoteRequest): TrialResult {
  const measure = new Measure(request);
  voteRecording(request, (row) => measure.add(row));
  return measure.result();
}

class Measure {
  readonly #tolerance: number;
  readonly #isFaultFree: boolean;
  readonly #courses: readonly FaultCourse[];
  readonly #readers: ReaderComparison;
  readonly #counts = { rows: 0, masked: 0, missed: 0, lost: 0 };
  #falseAlarms = 0;
  #largestError = 0;

  constructor({ faults, tolerance }: VoteRequest) {
    this.#tolerance = tolerance;
    this.#isFaultFree = faults.length === 0;
    this.#courses = hitsOf(faults).map((hit) => new FaultCourse(hit));
    this.#readers = new ReaderComparison(readerCountOf(faults), tolerance);
  }

  add(voted: VotedRow): void {
    const { row, timeS: t, closing, changes, clean } = voted;
    const place = { row, t };
    for (const { hit, off } of changes) this.#courses[hit]?.noteChange(place, off);
    for (const event of closing.events) {
      if (event.kind !== "channel-excluded") continue;
      const isolation = { channel: event.channel, reason: event.reason, ...place };
      if (!this.#courses.some((course) => course.causes(isolation))) this.#falseAlarms += 1;
    }
    for (const course of this.#courses) course.noteRow(place, closing);
    this.#readers.add(place, voted);
    const truth = middleOf(clean.map(({ value }) => value));
    const isMeasured = changes.length > 0 || this.#isFaultFree;
    if (truth !== null) this.#judge(closing.verdict.value, truth, isMeasured);
  }

  result(): TrialResult {
    const reports = this.#courses.map((course) => course.report());
    const samples = reports.map(({ isolated, readmitted }) => ({
      isolated: isolated?.sinceChanged.samples,
      readmitted: readmitted?.sinceCleared.samples,
    }));
    return {
      ...this.#counts,
      falseAlarms: this.#falseAlarms,
      largestError: this.#largestError,
      faulty: reports.filter(({ changed }) => changed > 0).length,
      isolated: samples.flatMap(({ isolated = null }) => (isolated === null ? [] : [isolated])),
      readmitted: samples.flatMap(({ readmitted = null }) =>
        readmitted === null ? [] : [readmitted],
      ),
      apart: this.#readers.report()?.largestDifference?.difference ?? 0,
    };
  }

  #judge(value: number | null, truth: number, isMeasured: boolean): void {
    const error = value === null ? 0 : Math.abs(value - truth);
    this.#largestError = Math.max(this.#largestError, error);
    if (!isMeasured) return;
    this.#counts.rows += 1;
    if (value === null) this.#counts.lost += 1;
    else if (error <= this.#tolerance) this.#counts.masked += 1;
    else this.#counts.missed += 1;
  }
}

/** Null where fewer than two speak: one alone is no measure of itself. */
function middleOf(values: readonly (number | null)[]): number | null {
  const given = values.filter((value) => value !== null).sort((one, other) => one - other);
  if (given.length < 2) return null;
  const upper = given[given.length >>> 1] as number;
  const lower = given[(given.length - 1) >>> 1] as number;
  return lower + (upper - lower) / 2;
}
