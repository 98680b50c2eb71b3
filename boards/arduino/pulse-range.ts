/**
 * What a servo's angle is as the length of a pulse. As in Firmata, a value below 544 is an angle in
 * degrees, and any other the length itself.
 */

/** Of 0 and of 180 degrees, in microseconds, unless a component says otherwise. */
const pulseMin = 544;
const pulseMax = 2_400;

const degreesMax = 180;

/** Of a pulse in a period of 20 ms. */
const pulseLimit = 20_000;

export class PulseRange {
  readonly #min: number;
  readonly #max: number;

  constructor(min: number = pulseMin, max: number = pulseMax) {
    this.#min = min;
    this.#max = max;
  }

  /** In microseconds. */
  pulse(value: number): number {
    if (value >= pulseMin) return Math.min(value, pulseLimit);
    const degrees = Math.min(degreesMax, Math.max(0, value));
    return this.#min + ((this.#max - this.#min) * degrees) / degreesMax;
  }
}
