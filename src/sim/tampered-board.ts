/**
 * A board whose sensors, and the way to whose outputs, can be made faulty while it runs. What is
 * healthy passes through.
 */
import type {
  Board,
  ChannelSpec,
  CommandMarks,
  OutputSpec,
  Reading,
  WriteResult,
} from "../../boards/board.js";
import type { Instant } from "../kernel/time.js";

/** Changes the readings of one channel. It is given every reading, in order. */
export type Tamper = (now: Instant, reading: Reading) => Reading;

/** By channel of the board. It outlives boards: a broken sensor is still broken after a reboot. */
export type Tampers = Map<string, Tamper[]>;

/** A command on its way from the node to its board. */
export interface CommandOnItsWay {
  readonly value: number;
  readonly until: Instant;
  readonly frame: Uint8Array | null;
}

/** Changes the commands for one output. It is given every command, in order. */
export type CommandTamper = (command: CommandOnItsWay) => CommandOnItsWay;

/** By output. It outlives boards, too. */
export type CommandTampers = Map<string, CommandTamper>;

export class TamperedBoard implements Board {
  readonly channels: readonly ChannelSpec[];
  readonly outputs: readonly OutputSpec[];
  readonly expires: boolean;
  readonly #board: Board;
  readonly #tampers: ReadonlyMap<string, readonly Tamper[]>;
  readonly #commandTampers: ReadonlyMap<string, CommandTamper>;

  constructor(
    board: Board,
    tampers: ReadonlyMap<string, readonly Tamper[]>,
    commandTampers: ReadonlyMap<string, CommandTamper> = new Map(),
  ) {
    this.channels = board.channels;
    this.outputs = board.outputs;
    this.expires = board.expires;
    this.#board = board;
    this.#tampers = tampers;
    this.#commandTampers = commandTampers;
  }

  read(now: Instant): readonly Reading[] {
    const readings = this.#board.read(now);
    if (this.#tampers.size === 0) return readings;
    return readings.map((reading) => this.#tampered(now, reading));
  }

  write(
    now: Instant,
    output: string,
    value: number,
    until: Instant,
    { frame = null, ...marks }: CommandMarks = {},
  ): WriteResult {
    const command = { value, until, frame };
    const arrived = this.#commandTampers.get(output)?.(command) ?? command;
    const { frame: told } = arrived;
    return this.#board.write(now, output, arrived.value, arrived.until, { ...marks, frame: told });
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
