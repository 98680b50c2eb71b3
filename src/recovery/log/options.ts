import type { Duration } from "../../kernel/time.js";
import { millis, seconds } from "../../kernel/time.js";

export interface LogStoreOptions {
  /**
   * The sequence of the first segment of a log that begins, at least 1; a log that is there goes on
   * with its own. Greater than any sequence that this medium has seen, so that nothing of an
   * earlier log is taken for this one's: the boot id.
   */
  readonly firstSequence: number;
  /** Of a segment, in bytes: what is made in advance, and what goes at a time. */
  readonly segmentBytes: number;
  /** A group takes in no further save from so many bytes on; one save alone may be longer. */
  readonly groupBytesMax: number;
  /** Saves that wait for the disk, in bytes; a further one is refused as `too-much-waiting`. */
  readonly waitingBytesMax: number;
  /** Of a snapshot, in bytes: so much is made durable at a time, so that the log can go between. */
  readonly snapshotPieceBytes: number;
  /** An operation that is out for longer makes the disk `stalled`. */
  readonly stallAfter: Duration;
  /** A disk that nothing was written to for so long is tried with a small write. */
  readonly canaryEvery: Duration;
  /** A disk that was full or read-only is tried again after it. */
  readonly retryAfter: Duration;
  /** The budget of writes; null for none. */
  readonly bytesPerHourMax: number | null;
}

export const logStoreDefaults: LogStoreOptions = {
  firstSequence: 1,
  segmentBytes: 1_024 * 1_024,
  groupBytesMax: 256 * 1_024,
  waitingBytesMax: 8 * 1_024 * 1_024,
  snapshotPieceBytes: 128 * 1_024,
  stallAfter: millis(500),
  canaryEvery: seconds(2),
  retryAfter: seconds(1),
  bytesPerHourMax: null,
};
