/** Edges that the hardware did not see: an interrupt that came too soon, a queue that was full. */
import { assert } from "../../src/kernel/assert.js";
import type { Prng } from "../../src/kernel/prng.js";
import type { Edge, PinBoard } from "../pin-board.js";
import { decorated, isAt } from "./decorated-board.js";
import { FaultSwitch, type FaultyBoard } from "./fault-switch.js";
import { FaultyInput, type Shown } from "./faulty-input.js";

export interface MissedEdgesOptions {
  /** Null: all lines. */
  readonly pin: string | null;
  /** Of all edges, from 0 to 1. */
  readonly share: number;
  /** Does the hardware know of it, and tell a gap? */
  readonly told: boolean;
  readonly dice: Prng;
}

export function missedEdges(board: PinBoard, options: MissedEdgesOptions): FaultyBoard {
  const { pin, share, told, dice } = options;
  assert(share >= 0 && share <= 1, `a share of ${share}`);
  const fault = new FaultSwitch();
  const misses = isAt(board, pin);
  return {
    board: decorated(board, {
      description: `${pin ?? "every line"} may miss edges`,
      input: (now, line, request) => {
        if (!misses(line.pin) || !request.edges) return line;
        const own = dice.split(line.pin);
        const edge = (shown: Shown, { at, level }: Edge): void => {
          if (own.fraction() >= share) shown.tell(at, level);
          else if (told) shown.lose(1);
        };
        const lost = (shown: Shown, count: number): void => shown.lose(count);
        return new FaultyInput(now, line, request, { edge, lost }, fault);
      },
    }),
    turn: (now, on) => fault.turn(now, on),
  };
}
