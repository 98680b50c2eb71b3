/**
 * Several boards as one: the sensors of one, the outputs of another. Each name is on one of them;
 * where two have it, the first one counts.
 */

import type { Instant } from "../src/kernel/time.js";
import type {
  Board,
  ChannelSpec,
  CommandMarks,
  OutputSpec,
  Reading,
  WriteResult,
} from "./board.js";
import { Fence } from "./fence.js";

export class JoinedBoard implements Board {
  readonly channels: readonly ChannelSpec[];
  readonly outputs: readonly OutputSpec[];
  /** Where one does not, nobody can rely on it. */
  readonly expires: boolean;
  readonly #boards: readonly Board[];
  readonly #boardOf = new Map<string, Board>();
  /** A right is for the outputs of all: what one has seen counts for the others, too. */
  readonly #fence = new Fence();

  constructor(boards: readonly Board[]) {
    this.#boards = boards;
    this.channels = boards.flatMap(({ channels }) => channels);
    this.outputs = boards.flatMap(({ outputs }) => outputs);
    this.expires = boards.every(({ expires, outputs }) => expires || outputs.length === 0);
    for (const board of boards) {
      for (const { name } of board.outputs) {
        if (!this.#boardOf.has(name)) this.#boardOf.set(name, board);
      }
    }
  }

  read(now: Instant): readonly Reading[] {
    return this.#boards.flatMap((board) => board.read(now));
  }

  write(
    now: Instant,
    output: string,
    value: number,
    until: Instant,
    marks: CommandMarks = {},
  ): WriteResult {
    const board = this.#boardOf.get(output);
    if (board === undefined) return { ok: false, reason: "unknown-output" };
    return this.#fence.refusalOf(marks) ?? board.write(now, output, value, until, marks);
  }

  release(now: Instant, output: string): WriteResult {
    const board = this.#boardOf.get(output);
    return board?.release(now, output) ?? { ok: false, reason: "unknown-output" };
  }

  close(now: Instant): void {
    for (const board of this.#boards) board.close(now);
  }
}
