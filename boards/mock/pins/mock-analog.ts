/**
 * An analog input of the mock: samples by itself, in whole steps of its converter, and saturates at
 * the ends of its range. A pin that is wired to an output has the output's voltage, and the mean of
 * PWM, as behind a filter.
 */
import { elapsed, type Instant, instant } from "../../../src/kernel/time.js";
import type { AnalogLine, PinFacts, PinValue } from "../../pin-board.js";
import type { AnalogSource } from "./analog-source.js";

/** How a converter samples. */
export interface Converter {
  /** Once in so many microseconds; 0: whenever somebody looks. */
  readonly period: number;
  /** Its smallest step, in the pin's unit; 0: none. */
  readonly step: number;
}

export interface MockAnalogOptions {
  readonly pin: PinFacts;
  readonly begins: Instant;
  readonly converter: Converter;
  readonly source: AnalogSource;
  readonly settle: (now: Instant) => void;
  readonly onClose: () => void;
}

export class MockAnalog implements AnalogLine {
  readonly pin: string;
  readonly unit: string;
  readonly #options: MockAnalogOptions;
  #newest: PinValue;
  #closed = false;

  constructor(now: Instant, options: MockAnalogOptions) {
    this.pin = options.pin.name;
    this.unit = options.pin.analog?.unit ?? "";
    this.#options = options;
    this.#newest = { value: null, sourceTime: now };
    this.#sample(now);
  }

  read(now: Instant): PinValue {
    if (this.#closed) return this.#newest;
    this.#options.settle(now);
    this.#sample(now);
    return this.#newest;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#options.onClose();
  }

  #sample(now: Instant): void {
    const { begins, converter, source } = this.#options;
    const late = converter.period === 0 ? 0 : elapsed(begins, now) % converter.period;
    const sourceTime = instant(Math.max(begins, now - late));
    if (sourceTime < this.#newest.sourceTime) return;
    this.#newest = { value: this.#converted(source(sourceTime)), sourceTime };
  }

  #converted(value: number | null): number | null {
    const { analog } = this.#options.pin;
    if (value === null || !Number.isFinite(value) || analog === null) return null;
    const { step } = this.#options.converter;
    const stepped = step === 0 ? value : Math.round(value / step) * step;
    return Math.min(analog.max, Math.max(analog.min, stepped));
  }
}
