/**
 * A slow converter: a sample takes so long that it is old when it comes, and its time says so. The
 * next begins when somebody looks after the last one came.
 */
import { assert } from "../../src/kernel/assert.js";
import { after, type Duration, due, type Instant } from "../../src/kernel/time.js";
import type { AnalogLine, PinBoard, PinValue } from "../pin-board.js";
import { decorated, isAt } from "./decorated-board.js";
import { FaultSwitch, type FaultyBoard, type Switched } from "./fault-switch.js";

export interface SlowAdcOptions {
  /** Null: all analog pins. */
  readonly pin: string | null;
  /** From a sample to its value. */
  readonly delay: Duration;
}

export function slowAdc(board: PinBoard, { pin, delay }: SlowAdcOptions): FaultyBoard {
  assert(delay > 0, "a slow converter that is not slow");
  const fault = new FaultSwitch();
  const isSlow = isAt(board, pin);
  return {
    board: decorated(board, {
      description: `${pin ?? "every analog pin"} may be slow`,
      analog: (now, line) => (isSlow(line.pin) ? new SlowAnalog(now, line, delay, fault) : line),
    }),
    turn: (now, on) => fault.turn(now, on),
  };
}

class SlowAnalog implements AnalogLine, Switched {
  readonly pin: string;
  readonly unit: string;
  readonly #line: AnalogLine;
  readonly #delay: Duration;
  readonly #switch: FaultSwitch;
  /** What came last, and what is on its way, with the moment at which it comes. */
  #newest: PinValue;
  #coming: { readonly value: PinValue; readonly at: Instant } | null = null;

  constructor(now: Instant, line: AnalogLine, delay: Duration, faultSwitch: FaultSwitch) {
    this.pin = line.pin;
    this.unit = line.unit;
    this.#line = line;
    this.#delay = delay;
    this.#switch = faultSwitch;
    this.#newest = line.read(now);
    faultSwitch.add(this);
  }

  turned(now: Instant): void {
    this.#coming = null;
    this.#newest = this.#line.read(now);
  }

  read(now: Instant): PinValue {
    if (!this.#switch.on) return this.#line.read(now);
    if (due(this.#coming?.at ?? null, now)) {
      this.#newest = this.#coming?.value ?? this.#newest;
      this.#coming = null;
    }
    this.#coming ??= { value: this.#line.read(now), at: after(now, this.#delay) };
    return this.#newest;
  }

  close(now: Instant): void {
    this.#switch.remove(this);
    this.#line.close(now);
  }
}
