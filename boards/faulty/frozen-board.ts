/**
 * A board that hangs, or is gone: its values stay what they were, with their times; words to it are
 * refused. When it comes back its outputs are safe until the next word, as after a reset.
 *
 * What was driven stays so in the meantime, to its own end, where the board below ends commands.
 */
import { unreachable } from "../../src/kernel/assert.js";
import type { Instant } from "../../src/kernel/time.js";
import type { WriteResult } from "../board.js";
import { EdgeQueue } from "../edge-queue.js";
import type {
  AnalogLine,
  BoardHealth,
  Edges,
  InputLine,
  OutputLine,
  PinBoard,
  PinRefusal,
  PinValue,
} from "../pin-board.js";
import { decorated } from "./decorated-board.js";
import { FaultSwitch, type FaultyBoard } from "./fault-switch.js";

export interface FrozenBoardOptions {
  /** There and silent, or gone. */
  readonly kind: "silent" | "lost";
}

export function frozenBoard(board: PinBoard, { kind }: FrozenBoardOptions): FaultyBoard {
  const fault = new FaultSwitch();
  let since: Instant | null = null;
  const turn = (now: Instant, on: boolean): void => {
    since = on ? (since ?? now) : null;
    fault.turn(now, on);
  };
  return {
    board: decorated(board, {
      description: "it may freeze",
      input: (now, line) => frozenInput(now, line, fault),
      analog: (now, line) => frozenAnalog(now, line, fault),
      output: (_now, line) => frozenOutput(line, fault),
      refusal: (_now, pin) => (since === null ? null : refusalOf(pin)),
      health: () => (since === null ? null : healthOf(kind, since)),
    }),
    turn,
  };
}

function healthOf(kind: FrozenBoardOptions["kind"], since: Instant): BoardHealth {
  switch (kind) {
    case "silent":
      return { kind, since };
    case "lost":
      return { kind, message: "it was unplugged: plug it in again" };
    default:
      return unreachable(kind);
  }
}

const refusalOf = (pin: string): PinRefusal => ({
  ...{ ok: false, reason: "lost" },
  message: `${pin} cannot be opened: the board does not answer; wait for it, or reset it`,
});

const lost: WriteResult = { ok: false, reason: "lost" };

/** Of edges in the meantime it is known only how many there were. */
function frozenInput(now: Instant, line: InputLine, fault: FaultSwitch): InputLine {
  const edges = new EdgeQueue();
  const last = lastValue(now, line, fault);
  let sequence = 0;
  const follow = (when: Instant, frozen: boolean): void => {
    for (const edge of line.takeEdges(when).edges) {
      const passed = edge.sequence - sequence;
      sequence = edge.sequence;
      edges.skip(frozen ? passed : passed - 1);
      if (!frozen) edges.add(edge.at, edge.level);
    }
  };
  const switched = { turned: (when: Instant, on: boolean) => follow(when, !on) };
  fault.add(switched);
  return {
    pin: line.pin,
    read: last.read,
    takeEdges: (when): Edges => {
      if (!fault.on) follow(when, false);
      return edges.take();
    },
    close: (when) => {
      fault.remove(switched);
      edges.take();
      last.close(when);
    },
  };
}

const frozenAnalog = (now: Instant, line: AnalogLine, fault: FaultSwitch): AnalogLine => ({
  pin: line.pin,
  unit: line.unit,
  ...lastValue(now, line, fault),
});

interface Readable {
  read(now: Instant): PinValue;
  close(now: Instant): void;
}

function lastValue(now: Instant, line: Readable, fault: FaultSwitch): Readable {
  let last = line.read(now);
  const switched = {
    turned: (when: Instant, on: boolean): void => {
      if (on) last = line.read(when);
    },
  };
  fault.add(switched);
  return {
    read: (when) => (fault.on ? last : line.read(when)),
    close: (when) => {
      fault.remove(switched);
      line.close(when);
    },
  };
}

function frozenOutput(line: OutputLine, fault: FaultSwitch): OutputLine {
  let last: number | null = null;
  const switched = {
    turned: (now: Instant, on: boolean): void => {
      if (on) last = line.readBack(now);
      else line.release(now);
    },
  };
  fault.add(switched);
  return {
    pin: line.pin,
    write: (now, value, until, token) => (fault.on ? lost : line.write(now, value, until, token)),
    release: (now) => (fault.on ? lost : line.release(now)),
    readBack: (now) => (fault.on ? last : line.readBack(now)),
    close: (now) => {
      fault.remove(switched);
      line.close(now);
    },
  };
}
