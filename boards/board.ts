/**
 * The board contract: what a replica needs of the hardware under it, and nothing more.
 *
 * A board keeps the newest reading of each channel, with the instant at which the quantity was
 * truly sampled; `read` hands them over without waiting. A board that stopped sampling therefore
 * shows it by readings that grow old, never by a fresh time stamp on an old value.
 *
 * A command carries the instant until which it holds. A board that can (see `expires`) puts the
 * output into its safe state at that instant by itself, also when the replica is stopped or gone:
 * so a lease bounds the pin, and not only the program.
 *
 * Every board passes the suite in test/contracts/board.ts.
 */
import type { Duration, Instant } from "../src/kernel/time.js";

/** What an output does when nobody may drive it: stay, take a value, or let go of the line. */
export type SafeState =
  | { readonly kind: "hold" }
  | { readonly kind: "value"; readonly value: number }
  | { readonly kind: "input" };

/** A channel gives readings of one quantity; `min` and `max` are what its sensor can mean. */
export interface ChannelSpec {
  readonly name: string;
  /** SI or UCUM, for instance `degC`, `ratio`, `Pa`. */
  readonly unit: string;
  readonly min: number;
  readonly max: number;
}

export interface OutputSpec {
  readonly name: string;
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  readonly safe: SafeState;
}

export interface Reading {
  readonly channel: string;
  /** In the channel's unit; `null` where the sensor gave nothing. Never NaN or infinite. */
  readonly value: number | null;
  /** When the quantity was sampled, on this node's monotonic clock; not later than the read. */
  readonly sourceTime: Instant;
}

export type WriteResult =
  | { readonly ok: true }
  /**
   * Nothing on the pins has changed.
   *
   * @property newest of `stale-token` and `no-token`: the newest token that the board has seen
   */
  | { readonly ok: false; readonly reason: WriteRefusal; readonly newest?: number };

export type WriteRefusal =
  | "unknown-output"
  | "not-finite"
  | "out-of-range"
  | "expired"
  | "closed"
  /** The board is gone or silent: nobody can say what its pin has. */
  | "lost"
  /** The end-to-end protection of the command does not fit: it was changed on its way. */
  | "corrupt-command"
  /** A whole command, but one for another output or for another board. */
  | "masqueraded-command"
  /** The same command once more. */
  | "repeated-command"
  /** A command that is older than one that was taken. */
  | "reordered-command"
  /** It comes by a right to drive that is older than one that the board has seen. */
  | "stale-token"
  /** It comes by no right, or by what is no token, and the board stands under one. */
  | "no-token";

/** What a command carries beside its value. */
export interface CommandMarks {
  /**
   * The same under end-to-end protection; a board leaves it to what is before it (see
   * src/control/protection).
   */
  readonly frame?: Uint8Array | null;
  /** Of an output that a voter drives: the number of the cycle, the same at all replicas. */
  readonly cycle?: number | null;
  /** Of a command by right: the token of that right, 1 to `tokenMax` (see fence.ts). */
  readonly token?: number | null;
}

export interface Board {
  readonly channels: readonly ChannelSpec[];
  readonly outputs: readonly OutputSpec[];
  /** True where the board itself ends a command at its `until`, whatever the replica does. */
  readonly expires: boolean;

  /** The newest reading of every channel, in the order of `channels`. */
  read(now: Instant): readonly Reading[];

  /**
   * Drives `output` at `value` (in its unit) until `until`; refused when `until` has passed, and
   * when it comes by a right that is older than one that the board has seen.
   */
  write(
    now: Instant,
    output: string,
    value: number,
    until: Instant,
    marks?: CommandMarks,
  ): WriteResult;

  /**
   * Puts the output into its safe state at once. Releasing twice is harmless. It carries no token:
   * it leads to where a missing command leads, and a right that stands writes again in its period.
   */
  release(now: Instant, output: string): WriteResult;

  /** Releases every output and gives the hardware back; later writes answer `closed`. */
  close(now: Instant): void;
}

/** How far behind `now` a reading is. */
export const readingAge = (reading: Reading, now: Instant): Duration =>
  (now - reading.sourceTime) as Duration;
