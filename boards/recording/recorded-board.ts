/**
 * A board that plays columns of a recording as its channels, at any speed. Its outputs take
 * commands as those of any board do, but what was recorded stays as it was.
 *
 * A row is on from its own time to that of the next; the last is on for as long as the one before
 * it was. Its source time is the instant at which it came on, so between rows readings grow older,
 * as those of a slow sensor do. Where a replica looks more often than that, `refresh` makes it a
 * sensor that samples faster than its quantity moves.
 *
 * Invariant: source times never go back, and never lie after the read.
 */
import { assert, UsageError } from "../../src/kernel/assert.js";
import { type Duration, elapsed, type Instant, instant } from "../../src/kernel/time.js";
import type {
  Board,
  ChannelSpec,
  CommandMarks,
  OutputSpec,
  Reading,
  WriteResult,
} from "../board.js";
import type { Fence } from "../fence.js";
import { type Lines, type PinState, Pins } from "../pins.js";
import type { Recording } from "./csv.js";

/** A channel of the board, and the column that it plays. */
export interface RecordedChannel extends ChannelSpec {
  readonly column: string;
}

export interface RecordedBoardOptions {
  readonly recording: Recording;
  readonly channels: readonly RecordedChannel[];
  readonly outputs: readonly OutputSpec[];
  /** Where the commands go; null where nothing hangs on the pins. */
  readonly lines: Lines | null;
  /** That of the actuators behind the lines, where they have one; by default the board's own. */
  readonly fence?: Fence;
  /** Recorded seconds in a second, more than 0. */
  readonly speed: number;
  /** When the first row comes on, on the node's clock. Before it there is nothing to read. */
  readonly begins: Instant;
  /** After the last row: from the beginning, or nothing new, so that its readings grow old. */
  readonly atEnd: "loop" | "stop";
  /** The sensor samples the row that is on once in this time; null: once a row. */
  readonly refresh: Duration | null;
}

/** For how long the last row is on where the one before it tells nothing, in recorded seconds. */
const aloneS = 1;

/** Rows that come on later, in microseconds from the beginning, never do: 71 years. */
const onsetMax = 2 ** 51;

export class RecordedBoard implements Board {
  readonly channels: readonly ChannelSpec[];
  readonly outputs: readonly OutputSpec[];
  readonly expires = true;
  readonly #options: RecordedBoardOptions;
  readonly #columns: readonly number[];
  readonly #pins: Pins;
  /** When each row comes on, in whole microseconds from the beginning; last, when all is over. */
  readonly #onsets: Float64Array;

  /** @throws UsageError when the recording has no such column or no rows, or the speed is none */
  constructor(options: RecordedBoardOptions) {
    const { recording, channels, outputs, speed } = options;
    if (!(speed > 0) || !Number.isFinite(speed)) throw new UsageError(`a speed of ${speed}`);
    assert(options.refresh === null || options.refresh > 0, "a refresh of 0");
    this.#options = options;
    this.channels = channels.map(({ name, unit, min, max }) => ({ name, unit, min, max }));
    this.outputs = outputs;
    this.#columns = channels.map(({ column }) => columnOf(recording, column));
    this.#pins = new Pins(outputs, options.lines, options.fence);
    this.#onsets = onsetsOf(recording, speed);
  }

  read(now: Instant): readonly Reading[] {
    const { begins, recording } = this.#options;
    if (now < begins) return this.#readings(now, () => null);
    const { row, since } = this.#rowAt(elapsed(begins, now));
    const values = recording.rows[row]?.values ?? [];
    const sourceTime = this.#refreshed(instant(begins + since), now);
    return this.#readings(sourceTime, (column) => values[column] ?? null);
  }

  write(
    now: Instant,
    output: string,
    value: number,
    until: Instant,
    marks: CommandMarks = {},
  ): WriteResult {
    return this.#pins.write(now, output, value, until, marks);
  }

  release(now: Instant, output: string): WriteResult {
    return this.#pins.release(now, output);
  }

  close(now: Instant): void {
    this.#pins.close(now);
  }

  /** What a voltmeter at the pin would show. */
  pin(now: Instant, output: string): PinState {
    return this.#pins.state(now, output);
  }

  /** How long one playing of the recording takes, in microseconds. */
  get length(): number {
    return this.#onsets.at(-1) ?? 0;
  }

  /** Whether the last row is over, and nothing comes after it. */
  ended(now: Instant): boolean {
    const { begins, atEnd } = this.#options;
    return atEnd === "stop" && now - begins >= this.length;
  }

  #readings(sourceTime: Instant, pick: (column: number) => number | null): Reading[] {
    return this.channels.map(({ name }, index) => {
      const value = pick(this.#columns[index] ?? 0);
      return { channel: name, value, sourceTime };
    });
  }

  /** The row that is on, and since when, in microseconds from the beginning. */
  #rowAt(played: number): { readonly row: number; readonly since: number } {
    const rounds = this.#options.atEnd === "loop" ? Math.floor(played / this.length) : 0;
    const roundStart = rounds * this.length;
    const row = lastAtOrBelow(
      this.#onsets,
      this.#options.recording.rows.length,
      played - roundStart,
    );
    return { row, since: roundStart + (this.#onsets[row] ?? 0) };
  }

  #refreshed(sourceTime: Instant, now: Instant): Instant {
    const { refresh, begins, atEnd } = this.#options;
    if (refresh === null) return sourceTime;
    const last = atEnd === "stop" ? Math.min(now, begins + this.length) : now;
    const samples = Math.floor((last - sourceTime) / refresh);
    return instant(sourceTime + samples * refresh);
  }
}

function columnOf(recording: Recording, column: string): number {
  const index = recording.channels.indexOf(column);
  if (index === -1) throw new UsageError(`the recording has no column ${JSON.stringify(column)}`);
  return index;
}

function onsetsOf({ rows }: Recording, speed: number): Float64Array {
  const first = rows[0];
  const last = rows.at(-1);
  if (first === undefined || last === undefined) throw new UsageError("a recording of no rows");
  const before = rows.at(-2)?.timeS ?? last.timeS;
  const lastS = last.timeS > before ? last.timeS - before : aloneS;
  const microsOf = (timeS: number): number =>
    Math.min(onsetMax, Math.round(((timeS - first.timeS) * 1_000_000) / speed));
  const onsets = new Float64Array(rows.length + 1);
  for (const [index, { timeS }] of rows.entries()) onsets[index] = microsOf(timeS);
  onsets[rows.length] = Math.max(1, microsOf(last.timeS + lastS));
  return onsets;
}

/** The last of the first `count` of `sorted` that is not above `limit`; 0 when all are. */
function lastAtOrBelow(sorted: Float64Array, count: number, limit: number): number {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((sorted[middle] ?? 0) <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}
