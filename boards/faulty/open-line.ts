/**
 * An open line: a wire that broke, or was never put in. An input of high impedance shows whatever
 * is in the air, mostly the mains; here a new level or voltage once in `humTime`, by the seed. An
 * output takes its commands, and nobody at the far end hears them.
 */
import type { Prng } from "../../src/kernel/prng.js";
import { type Instant, instant, millis } from "../../src/kernel/time.js";
import type { WriteResult } from "../board.js";
import {
  type AnalogLine,
  edgesMax,
  type Level,
  type OutputLine,
  type PinBoard,
  pinNamed,
} from "../pin-board.js";
import { decorated, isAt } from "./decorated-board.js";
import { FaultSwitch, type FaultyBoard } from "./fault-switch.js";
import { FaultyInput, type InputFault } from "./faulty-input.js";

export interface OpenLineOptions {
  readonly pin: string;
  /** Of what is in the air. */
  readonly dice: Prng;
}

/** Half a period of mains of 50 Hz. */
export const humTime = millis(10);

export function openLine(board: PinBoard, { pin, dice }: OpenLineOptions): FaultyBoard {
  const fault = new FaultSwitch();
  const isOpen = isAt(board, pin);
  const range = pinNamed(board.pins, pin)?.analog ?? { min: 0, max: 0 };
  const air = (slot: number): number => dice.split(`${slot}`).fraction();
  return {
    board: decorated(board, {
      description: `${pin} may be open`,
      input: (now, line, request) =>
        isOpen(line.pin) ? new FaultyInput(now, line, request, humming(air), fault) : line,
      analog: (_now, line) => (isOpen(line.pin) ? floating(line, fault, air, range) : line),
      output: (_now, line) => (isOpen(line.pin) ? unheard(line, fault) : line),
    }),
    turn: (now, on) => fault.turn(now, on),
  };
}

const slotOf = (now: Instant): number => Math.floor(now / humTime);

/** The hardware's own debounce takes the hum away, if it is longer. */
function humming(air: (slot: number) => number): InputFault {
  const level = (slot: number): Level => (air(slot) < 0.5 ? 0 : 1);
  let next = 0;
  return {
    edge: () => {},
    turned: (_line, now, on) => {
      if (on) next = slotOf(now) + 1;
    },
    until: (line, now) => {
      const last = slotOf(now);
      // Of a long time without a look only the end can be told.
      const first = Math.max(next, last - edgesMax);
      line.lose(first - next);
      for (next = first; next <= last; next += 1) {
        if (line.request.debounce < humTime) line.show(instant(next * humTime), level(next));
      }
    },
    level: (line) => line.level,
  };
}

interface Range {
  readonly min: number;
  readonly max: number;
}

const floating = (
  line: AnalogLine,
  fault: FaultSwitch,
  air: (slot: number) => number,
  { min, max }: Range,
): AnalogLine => ({
  pin: line.pin,
  unit: line.unit,
  read: (now) => {
    const { value, sourceTime } = line.read(now);
    if (!fault.on) return { value, sourceTime };
    return { value: min + air(slotOf(sourceTime)) * (max - min), sourceTime };
  },
  close: (now) => line.close(now),
});

/** The pin itself is well, so it reads back what it was told. */
function unheard(line: OutputLine, fault: FaultSwitch): OutputLine {
  let told: number | null = null;
  const switched = {
    turned: (now: Instant, on: boolean): void => {
      told = on ? line.readBack(now) : null;
      line.release(now);
    },
  };
  fault.add(switched);
  return {
    pin: line.pin,
    write: (now, value, until, token): WriteResult => {
      if (!fault.on) return line.write(now, value, until, token);
      told = value;
      return { ok: true };
    },
    release: (now) => {
      told = null;
      return line.release(now);
    },
    readBack: (now) => (fault.on ? told : line.readBack(now)),
    close: (now) => {
      fault.remove(switched);
      line.close(now);
    },
  };
}
