/**
 * What johnny-five hears of its inputs. It polls the lines and tells news alone: an edge, another
 * level, a sample that was taken after the last one. A board that hangs gives no news, so nothing
 * is told, and no old value passes for a fresh one here. (johnny-five's own components go on to
 * emit `data` with the last value they heard; `age` is for who must know better.)
 */
import type { Clock } from "../../src/host/monotonic-clock.js";
import type { AnalogLine, InputLine, PinFacts } from "../pin-board.js";
import type { IoLines } from "./io-lines.js";
import type { IoPins } from "./io-pins.js";

/** What an analog pin's range is divided into, as an Arduino's converter does. */
export const analogMax = 1_023;

export interface IoReportsOptions {
  readonly clock: Clock;
  readonly pins: IoPins;
  readonly lines: IoLines;
  readonly onDigital: (pin: number, level: number) => void;
  readonly onAnalog: (pin: number, value: number) => void;
}

export class IoReports {
  readonly #options: IoReportsOptions;
  readonly #levels = new Map<number, number>();
  readonly #sampledAt = new Map<number, number>();

  constructor(options: IoReportsOptions) {
    this.#options = options;
  }

  /** From now on, also the first level is news. */
  forget(pin: number): void {
    this.#levels.delete(pin);
    this.#sampledAt.delete(pin);
  }

  tellNews(): void {
    for (const pin of this.#options.lines.numbers()) {
      // A handler that was told may have changed the use of any pin.
      const open = this.#options.lines.get(pin);
      if (open?.kind === "input") this.#tellLevels(pin, open.line);
      if (open?.kind === "analog") this.#tellSample(pin, open.line);
    }
  }

  #tellLevels(pin: number, line: InputLine): void {
    const now = this.#options.clock.now();
    for (const { level } of line.takeEdges(now).edges) this.#tellLevel(pin, level);
    const { value } = line.read(now);
    if (value !== null) this.#tellLevel(pin, value);
  }

  #tellLevel(pin: number, level: number): void {
    if (this.#levels.get(pin) === level) return;
    this.#levels.set(pin, level);
    this.#options.onDigital(pin, level);
  }

  #tellSample(pin: number, line: AnalogLine): void {
    const { value, sourceTime } = line.read(this.#options.clock.now());
    if (value === null || sourceTime <= (this.#sampledAt.get(pin) ?? -1)) return;
    this.#sampledAt.set(pin, sourceTime);
    this.#options.onAnalog(pin, analogSteps(value, this.#options.pins.facts(pin)));
  }
}

/** A value of the pin's range as 0 to `analogMax`. */
export function analogSteps(value: number, facts: PinFacts | undefined): number {
  const { min, max } = facts?.analog ?? { min: 0, max: 1 };
  const share = (value - min) / (max - min);
  return Math.round(Math.min(1, Math.max(0, share)) * analogMax);
}
