/**
 * A board behind the check of its commands. It is the last hop: nothing but the driver of the pins
 * lies behind it, so it belongs where the pins are, also when that is another process.
 *
 * A refused command changes nothing on the pins. What was driven before ends at its own `until`,
 * and the output takes its safe state then, unless a good command comes first. A release is not
 * checked: it leads to where a missing command leads.
 */
import type {
  Board,
  ChannelSpec,
  CommandMarks,
  OutputSpec,
  Reading,
  WriteResult,
} from "../../../boards/board.js";
import type { NodeId } from "../../kernel/ids.js";
import type { Instant } from "../../kernel/time.js";
import type { App } from "../app.js";
import { CommandChecker } from "./command-protection.js";
import type { Protection } from "./protection.js";

/** What of a cluster's settings a board must know to check its commands. */
export interface CheckedCluster {
  readonly nodes: readonly NodeId[];
  readonly app: Pick<App, "outputs">;
  readonly protection: Protection;
}

/** The board itself where commands are not protected. */
export function checkedBoard(cluster: CheckedCluster, self: NodeId, board: Board): Board {
  const { commands: profile } = cluster.protection;
  if (profile === null) return board;
  const { nodes, app } = cluster;
  const outputs = Object.keys(app.outputs);
  return new CheckedBoard(board, new CommandChecker({ profile, self, nodes, outputs }));
}

export class CheckedBoard implements Board {
  readonly channels: readonly ChannelSpec[];
  readonly outputs: readonly OutputSpec[];
  readonly expires: boolean;
  readonly #board: Board;
  readonly #checker: CommandChecker;

  constructor(board: Board, checker: CommandChecker) {
    this.channels = board.channels;
    this.outputs = board.outputs;
    this.expires = board.expires;
    this.#board = board;
    this.#checker = checker;
  }

  read(now: Instant): readonly Reading[] {
    return this.#board.read(now);
  }

  write(
    now: Instant,
    output: string,
    value: number,
    until: Instant,
    { frame = null, cycle = null, token = null }: CommandMarks = {},
  ): WriteResult {
    const reason = this.#checker.refusalOf({ output, value, until, token, frame });
    if (reason !== null) return { ok: false, reason };
    return this.#board.write(now, output, value, until, { cycle, token });
  }

  release(now: Instant, output: string): WriteResult {
    return this.#board.release(now, output);
  }

  close(now: Instant): void {
    this.#board.close(now);
  }
}
