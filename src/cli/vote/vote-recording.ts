/**
 * Votes a recording row by row, with faults injected on the way, and beside it once more without
 * them: the difference between the two is what the faults did to the voted value.
 */
import type { Recording } from "../../../boards/recording/csv.js";
import type { PlacedFault } from "../../faults/fault-text.js";
import { type Readable, SensorFaultInjector } from "../../faults/sensor-faults.js";
import { Prng } from "../../kernel/prng.js";
import { type Duration, elapsed, type Instant, instant, micros } from "../../kernel/time.js";
import { type Closing, SensorVoter } from "../../voting/sensor-voter.js";
import type { Sample, Voter } from "../../voting/voter.js";

/** A fault of the command line, with its text as it was given. */
export interface InjectedFault extends PlacedFault {
  readonly text: string;
}

export interface VoteRequest {
  readonly recording: Recording;
  readonly voter: Voter;
  readonly tolerance: number;
  readonly min: number;
  readonly max: number;
  readonly faults: readonly InjectedFault[];
  readonly seed: number;
}

export interface VotedRow {
  /** From 0, the first row under the header. */
  readonly row: number;
  readonly timeS: number;
  readonly closing: Closing;
  /** What the same voter says of this row without the faults; null where none are injected. */
  readonly faultFree: number | null;
}

/** The longest recording: 31 years of rows. Beyond, times would no longer be whole microseconds. */
export const recordingSecondsMax = 1_000_000_000;

/** How many readings each fault changed, in the order of the request. */
export type Effects = readonly number[];

interface RunningFault {
  readonly fault: InjectedFault;
  readonly injector: SensorFaultInjector;
}

/** @param tell is given every row, in order */
export function voteRecording(request: VoteRequest, tell: (row: VotedRow) => void): Effects {
  const { recording, faults } = request;
  const voter = voterFor(request);
  const reference = faults.length === 0 ? null : voterFor(request);
  const dice = new Prng(request.seed);
  const running = faults.map((fault, index) => ({
    fault,
    injector: new SensorFaultInjector(fault.fault, dice.split(`${index} ${fault.text}`)),
  }));
  const instants = instantsOf(recording);
  recording.rows.forEach(({ timeS, values }, row) => {
    const now = instants[row] as Instant;
    const clean = recording.channels.map((channel, index) => ({
      channel,
      reading: { value: values[index] ?? null, sourceTime: now },
    }));
    const faulty = clean.map(({ channel, reading }) => ({
      channel,
      reading: distorted(running, channel, row, reading),
    }));
    const closing = voter.close(now, samplesAt(now, faulty), false);
    const faultFree = reference?.close(now, samplesAt(now, clean), false).verdict.value ?? null;
    tell({ row, timeS, closing, faultFree });
  });
  return running.map(({ injector }) => injector.changed);
}

function voterFor({ recording, voter, tolerance, min, max }: VoteRequest): SensorVoter {
  const { channels } = recording;
  const ageMax = ageMaxOf(recording);
  // A row of a recording is one sampling: a reading from before it is not a new one.
  const health = { requireNewSource: true };
  return new SensorVoter({ channels, min, max, tolerance, ageMax, voter, health });
}

function distorted(
  running: readonly RunningFault[],
  channel: string,
  row: number,
  reading: Readable,
): Readable {
  let changed = reading;
  for (const { fault, injector } of running) {
    if (fault.channel !== channel || row < fault.begin) continue;
    if (fault.end === null || row < fault.end) changed = injector.apply(changed);
  }
  return changed;
}

const samplesAt = (
  now: Instant,
  readings: readonly { readonly channel: string; readonly reading: Readable }[],
): Sample[] =>
  readings.map(({ channel, reading: { value, sourceTime } }) => ({
    channel,
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
