/**
 * A quantity that nobody commands: it swings slowly about a value, whatever the outputs do. It
 * stands in for the plant of an app that has no simulated one, and for one that cannot be shared.
 */
import { UsageError } from "../../src/kernel/assert.js";
import type { Duration } from "../../src/kernel/time.js";
import type { Plant, PlantTime } from "./plant.js";

export interface WaveOptions {
  readonly quantity: string;
  readonly centre: number;
  /** From the centre to the crest; 0 for a quantity that stands still. */
  readonly amplitude: number;
  readonly period: Duration;
}

export class Wave implements Plant {
  readonly quantities: readonly string[];
  readonly #options: WaveOptions;

  constructor(options: WaveOptions) {
    this.quantities = [options.quantity];
    this.#options = options;
  }

  actuate(_at: PlantTime, _actuator: string, _value: number): void {}

  truth(at: PlantTime, quantity: string): number {
    const { centre, amplitude, period } = this.#options;
    if (quantity !== this.#options.quantity) throw new UsageError(`a wave has no ${quantity}`);
    // The remainder first: a sine of many turns is a sine of lost digits.
    return centre + amplitude * Math.sin((2 * Math.PI * (at % period)) / period);
  }
}
