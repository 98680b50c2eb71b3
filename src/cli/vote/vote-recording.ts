/**
 * Votes a recording row by row, with faults injected on the way, and beside it once more without
 * them: the difference between the two is what the faults did to the voted value. Where a sensor is
 * two-faced, others vote as well, each of what it is told.
 */
import type { Recording } from "../../../boards/recording/csv.js";
import type { Readable } from "../../faults/sensor-faults.js";
import { type Duration, elapsed, type Instant, instant, micros } from "../../kernel/time.js";
import { type Closing, type HealthOptions, SensorVoter } from "../../voting/sensor-voter.js";
import type { Sample, Voter } from "../../voting/voter.js";
import { type InjectedFault, Injection, readerCountOf } from "./injection.js";

export interface VoteRequest {
  readonly recording: Recording;
  readonly voter: Voter;
  readonly tolerance: number;
  readonly min: number;
  readonly max: number;
  /** How old a reading may be; null for two and a half rows. */
  readonly ageMax: Duration | null;
  readonly health: Partial<HealthOptions>;
  readonly faults: readonly InjectedFault[];
  readonly seed: number;
  /** Whether the fault-free vote is wanted beside. */
  readonly reference: boolean;
}

/** One reading that a fault changed. */
export interface Change {
  /** The fault's place in `hitsOf`. */
  readonly hit: number;
  /** Whether it is now missing, too old, or off by more than the tolerance. */
  readonly off: boolean;
}

export interface VotedRow {
  /** From 0, the first row under the header. */
  readonly row: number;
  readonly timeS: number;
  /** What the channels said, in the order of the recording: without the faults, and with them. */
  readonly clean: readonly Readable[];
  readonly said: readonly Readable[];
  readonly changes: readonly Change[];
  readonly closing: Closing;
  /** What the same voter says of this row without the faults; null where that is not wanted. */
  readonly faultFree: number | null;
  /** The votes of the other readers of a two-faced sensor. */
  readonly elsewhere: readonly Closing[];
}

/** The longest recording: 31 years of rows. Beyond, times would no longer be whole microseconds. */
export const recordingSecondsMax = 1_000_000_000;

/** @param tell is given every row, in order */
export function voteRecording(request: VoteRequest, tell: (row: VotedRow) => void): void {
  const { recording, tolerance } = request;
  const { channels } = recording;
  const ageMax = request.ageMax ?? ageMaxOf(recording);
  const [first, ...others] = readersFor(request, ageMax);
  const reference = request.reference ? voterFor(request, ageMax) : null;
  const instants = instantsOf(recording);
  recording.rows.forEach(({ timeS, values }, row) => {
    const now = instants[row] as Instant;
    const clean = channels.map((_, index) => ({ value: values[index] ?? null, sourceTime: now }));
    const changes: Change[] = [];
    const said = (first as Reader).injection.apply(row, clean, (hit, before, after) => {
      const stale = elapsed(after.sourceTime, now) > ageMax;
      changes.push({ hit, off: stale || isOff(before, after, tolerance) });
    });
    const close = (voter: SensorVoter, readings: readonly Readable[]): Closing =>
      voter.close(now, samplesAt(now, channels, readings), false);
    const closing = close((first as Reader).voter, said);
    const faultFree = reference === null ? null : close(reference, clean).verdict.value;
    const elsewhere = others.map(({ voter, injection }) =>
      close(voter, injection.apply(row, clean)),
    );
    tell({ row, timeS, clean, said, changes, closing, faultFree, elsewhere });
  });
}

function isOff(before: Readable, after: Readable, tolerance: number): boolean {
  if (after.value === null) return before.value !== null;
  return !(Math.abs(after.value - (before.value ?? Number.NaN)) <= tolerance);
}

interface Reader {
  readonly voter: SensorVoter;
  readonly injection: Injection;
}

const readersFor = (request: VoteRequest, ageMax: Duration): Reader[] =>
  Array.from({ length: readerCountOf(request.faults) }, (_, reader) => ({
    voter: voterFor(request, ageMax),
    injection: new Injection(request.faults, request.recording.channels, request.seed, reader),
  }));

function voterFor(request: VoteRequest, ageMax: Duration): SensorVoter {
  const { recording, voter, tolerance, min, max } = request;
  // A row of a recording is one sampling: a reading from before it is not a new one.
  const health = { requireNewSource: true, ...request.health };
  const { channels } = recording;
  return new SensorVoter({ channels, min, max, tolerance, ageMax, voter, health });
}

const samplesAt = (
  now: Instant,
  channels: readonly string[],
  readings: readonly Readable[],
): Sample[] =>
  readings.map(({ value, sourceTime }, index) => ({
    channel: channels[index] as string,
    value,
    age: elapsed(sourceTime, now),
  }));

/**
 * The recording's clock, from 0 at its first row: recorded times may be dates, or below zero. Two
 * rows with the same time are two samplings all the same, a microsecond apart.
 */
function instantsOf({ rows }: Recording): Instant[] {
  const beginS = rows[0]?.timeS ?? 0;
  let last = -1;
  return rows.map(({ timeS }) => {
    last = Math.max(last + 1, Math.round((timeS - beginS) * 1_000_000));
    return instant(last);
  });
}

/** A reading may be two and a half rows old: a delayed one is told from one that jitters. */
const rowsOldMax = 2.5;

function ageMaxOf({ rows }: Recording): Duration {
  const steps = rows.slice(1).map(({ timeS }, index) => timeS - (rows[index]?.timeS ?? timeS));
  const median = steps.sort((one, other) => one - other)[Math.floor(steps.length / 2)] ?? 0;
  return micros(Math.round(median * rowsOldMax * 1_000_000));
}
