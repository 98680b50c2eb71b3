/**
 * A contact that bounces: after each edge it opens and closes a few times before it stays. A
 * debounce of the hardware that is as long as the bouncing takes it away.
 */
import { assert } from "../../src/kernel/assert.js";
import type { Prng } from "../../src/kernel/prng.js";
import { type Duration, type Instant, instant } from "../../src/kernel/time.js";
import type { Edge, Level, PinBoard } from "../pin-board.js";
import { decorated, isAt } from "./decorated-board.js";
import { FaultSwitch, type FaultyBoard } from "./fault-switch.js";
import { FaultyInput, type InputFault } from "./faulty-input.js";

export interface BouncingLineOptions {
  /** Null: all lines with edges. */
  readonly pin: string | null;
  /** A contact opens again up to so often after an edge, at least once. */
  readonly bouncesMax: number;
  /** And is quiet after so long, at least 2 microseconds for each bounce. */
  readonly span: Duration;
  readonly dice: Prng;
}

export function bouncingLine(board: PinBoard, options: BouncingLineOptions): FaultyBoard {
  const { pin, bouncesMax, span } = options;
  assert(bouncesMax > 0 && span >= 2 * bouncesMax, "bounces without time for them");
  const fault = new FaultSwitch();
  const bounces = isAt(board, pin);
  return {
    board: decorated(board, {
      description: `${pin ?? "every line"} may bounce`,
      input: (now, line, request) =>
        bounces(line.pin) && request.edges && request.debounce < span
          ? new FaultyInput(now, line, request, bouncing(options, line.pin), fault)
          : line,
    }),
    turn: (now, on) => fault.turn(now, on),
  };
}

interface Bounce {
  readonly at: Instant;
  readonly level: Level;
}

function bouncing({ bouncesMax, span, dice }: BouncingLineOptions, pin: string): InputFault {
  const own = dice.split(pin);
  /** What is still to come of the last edge, in order of time. */
  let coming: Bounce[] = [];
  return {
    edge: (line, edge) => {
      // A new edge in the middle of it: what was to come no longer does.
      coming = bouncesAfter(edge, own, bouncesMax, span);
      line.show(edge.at, edge.level);
    },
    lost: (line, count) => line.lose(count),
    until: (line, now) => {
      for (let next = coming[0]; next !== undefined && next.at <= now; next = coming[0]) {
        coming.shift();
        line.show(next.at, next.level);
      }
    },
    turned: () => {
      coming = [];
    },
    level: (line) => line.level,
  };
}

function bouncesAfter(edge: Edge, dice: Prng, bouncesMax: number, span: Duration): Bounce[] {
  const bounces = 1 + Math.floor(dice.fraction() * bouncesMax);
  // Each has its share of the time, and begins and ends somewhere within.
  const share = Math.floor(span / bounces);
  return Array.from({ length: bounces }, (_, index) => {
    const from = edge.at + index * share;
    const opens = 1 + Math.floor(dice.fraction() * (share - 1));
    const closes = opens + 1 + Math.floor(dice.fraction() * (share - opens - 1));
    const open: Level = edge.level === 1 ? 0 : 1;
    return [
      { at: instant(from + opens), level: open },
      { at: instant(from + closes), level: edge.level },
    ];
  }).flat();
}
