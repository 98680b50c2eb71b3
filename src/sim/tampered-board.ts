/**
 * A board whose sensors can be made faulty while it runs. Outputs and healthy channels pass
 * through.
 */
import type { Board, ChannelSpec, OutputSpec, Reading, WriteResult } from "../../boards/board.js";
import type { Instant } from "../kernel/time.js";

/** Changes the readings of one channel. It is given every reading, in order. */
export type Tamper = (now: Instant, reading: Reading) => Reading;

/** By channel of the board. It outlives boards: a broken sensor is still broken after a reboot. */
export type Tampers = Map<string, Tamper[]>;

export class TamperedBoard implements Board {
  readonly channels: readonly ChannelSpec[];
  readonly outputs: readonly OutputSpec[];
  readonly expires: boolean;
  readonly #board: Board;
  readonly #tampers: ReadonlyMap<string, readonly Tamper[]>;

  constructor(board: Board, tampers: ReadonlyMap<string, readonly Tamper[]>) {
    this.channels = board.channels;
    this.outputs = board.outputs;
    this.expires = board.expires;
    this.#board = board;
    this.#tampers = tampers;
  }

  read(now: Instant): readonly Reading[] {
    const readings = this.#board.read(now);
    if (this.#tampers.size === 0) return readings;
    return readings.map((reading) => this.#tampered(now, reading));
  }

  write(now: Instant, output: string, value: number, until: Instant): WriteResult {
    return this.#board.write(now, output, value, until);
  }

  release(now: Instant, output: string): WriteResult {
    return this.#board.release(now, output);
  }

  close(now: Instant): void {
    this.#board.close(now);
  }

  #tampered(now: Instant, reading: Reading): Reading {
    let changed = reading;
    for (const tamper of this.#tampers.get(reading.channel) ?? []) changed = tamper(now, changed);
    return changed;
  }
}
