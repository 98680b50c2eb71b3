/**
 * A stuck line: an input that no longer moves, an analog one that stands still, a relay with welded
 * contacts. Its samples are fresh, which is what makes it hard to see.
 */
import type { Instant } from "../../src/kernel/time.js";
import type { WriteResult } from "../board.js";
import type { AnalogLine, Level, OutputLine, PinBoard, PinValue } from "../pin-board.js";
import { decorated, isAt } from "./decorated-board.js";
import { FaultSwitch, type FaultyBoard, type Switched } from "./fault-switch.js";
import { FaultyInput, type InputFault } from "./faulty-input.js";

export interface StuckLineOptions {
  readonly pin: string;
  /** Where it stays: a level, a duty, a value of an analog pin; null: where it just is. */
  readonly at: number | null;
}

export function stuckLine(board: PinBoard, { pin, at }: StuckLineOptions): FaultyBoard {
  const fault = new FaultSwitch();
  const isStuck = isAt(board, pin);
  return {
    board: decorated(board, {
      description: `${pin} may be stuck`,
      input: (now, line, request) =>
        isStuck(line.pin) ? new FaultyInput(now, line, request, stuckInput(at), fault) : line,
      analog: (_now, line) => (isStuck(line.pin) ? new StuckAnalog(line, at, fault) : line),
      output: (_now, line) => (isStuck(line.pin) ? new StuckOutput(line, at, fault) : line),
    }),
    turn: (now, on) => fault.turn(now, on),
  };
}

function stuckInput(at: number | null): InputFault {
  let level: Level = 0;
  return {
    edge: () => {},
    turned: (line, now, on) => {
      if (!on) return;
      level = at === null ? line.level : at >= 0.5 ? 1 : 0;
      line.show(now, level);
    },
    level: () => level,
  };
}

class StuckAnalog implements AnalogLine, Switched {
  readonly pin: string;
  readonly unit: string;
  readonly #line: AnalogLine;
  readonly #at: number | null;
  readonly #switch: FaultSwitch;
  #value: number | null = null;

  constructor(line: AnalogLine, at: number | null, faultSwitch: FaultSwitch) {
    this.pin = line.pin;
    this.unit = line.unit;
    this.#line = line;
    this.#at = at;
    this.#value = at;
    this.#switch = faultSwitch;
    faultSwitch.add(this);
  }

  turned(now: Instant, on: boolean): void {
    if (on) this.#value = this.#at ?? this.#line.read(now).value;
  }

  read(now: Instant): PinValue {
    const value = this.#line.read(now);
    return this.#switch.on ? { ...value, value: this.#value } : value;
  }

  close(now: Instant): void {
    this.#switch.remove(this);
    this.#line.close(now);
  }
}

/** Commands are taken and do nothing; what is read back is what the pin really has. */
class StuckOutput implements OutputLine, Switched {
  readonly pin: string;
  readonly #line: OutputLine;
  readonly #at: number | null;
  readonly #switch: FaultSwitch;
  #closed = false;

  constructor(line: OutputLine, at: number | null, faultSwitch: FaultSwitch) {
    this.pin = line.pin;
    this.#line = line;
    this.#at = at;
    this.#switch = faultSwitch;
    faultSwitch.add(this);
  }

  turned(now: Instant, on: boolean): void {
    const value = this.#at ?? this.#line.readBack(now);
    if (on && value !== null) this.#line.write(now, value, null);
    else this.#line.release(now);
  }

  write(
    now: Instant,
    value: number,
    until: Instant | null,
    token: number | null = null,
  ): WriteResult {
    return this.#isDeaf ? { ok: true } : this.#line.write(now, value, until, token);
  }

  release(now: Instant): WriteResult {
    return this.#isDeaf ? { ok: true } : this.#line.release(now);
  }

  get #isDeaf(): boolean {
    return this.#switch.on && !this.#closed;
  }

  readBack(now: Instant): number | null {
    return this.#line.readBack(now);
  }

  close(now: Instant): void {
    this.#closed = true;
    this.#switch.remove(this);
    this.#line.close(now);
  }
}
