/**
 * A boiler: one thermal mass, heated by an element and cooled by the room.
 *
 *     heatCapacity * dT/dt = heaterPower * heater - lossRate * (T - ambient)
 *
 * While the heater stays at one value the temperature goes exponentially to what that value can
 * keep, with the time constant heatCapacity / lossRate; that is what is computed, from the last
 * change on. Water that boils gets no hotter: what more the heater gives leaves as steam.
 */
import { assert, UsageError } from "../../src/kernel/assert.js";
import type { Plant, PlantTime } from "./plant.js";

export interface BoilerOptions {
  /** Joule per kelvin, of the water and its vessel. */
  readonly heatCapacity: number;
  /** Watt, with the heater at 1. */
  readonly heaterPower: number;
  /** Watt per kelvin, to the room. */
  readonly lossRate: number;
  /** Of the room, degC. */
  readonly ambient: number;
  /** Of the water in the beginning, degC; the heater is off. */
  readonly start: number;
}

/**
 * A cup of water on a strong element: from 20 to 60 degC in nine seconds, so that a person who
 * watches sees it arrive; a fifth of the power keeps it there.
 */
export const smallBoiler: BoilerOptions = {
  heatCapacity: 500,
  heaterPower: 2_500,
  lossRate: 12,
  ambient: 20,
  start: 20,
};

/** Of water, degC. */
export const boilingPoint = 100;

/** Changes of the heater that are remembered. A sensor asks back by one sampling period at most. */
export const heaterChangesMax = 1_024;

/** From `from` on the heater has been at one value. */
interface Stretch {
  readonly from: PlantTime;
  /** At `from`, degC. */
  readonly temperature: number;
  readonly heater: number;
}

export class Boiler implements Plant {
  readonly quantities: readonly string[] = ["temperature"];
  readonly #options: BoilerOptions;
  /** Time constant, in microseconds. */
  readonly #timeConstant: number;
  /** Oldest first; at the maximum the older half is forgotten. */
  #stretches: Stretch[];

  /** @param begins when the water has its first temperature; it is the same at all times before */
  constructor(options: BoilerOptions, begins: PlantTime) {
    const { heatCapacity, lossRate, heaterPower, start } = options;
    assert(heatCapacity > 0 && lossRate > 0 && heaterPower > 0, "not a boiler");
    assert(start <= boilingPoint, `water of ${start} degC`);
    this.#options = options;
    this.#timeConstant = (heatCapacity / lossRate) * 1_000_000;
    this.#stretches = [{ from: begins, temperature: start, heater: 0 }];
  }

  actuate(at: PlantTime, actuator: string, value: number): void {
    if (actuator !== "heater") return;
    const last = this.#stretches.at(-1);
    assert(last !== undefined && last.from <= at, `true time went back to ${at}`);
    assert(value >= 0 && value <= 1, `a heater at ${value}`);
    if (value === last.heater) return;
    this.#stretches.push({ from: at, temperature: this.#after(last, at), heater: value });
    if (this.#stretches.length > heaterChangesMax) {
      this.#stretches = this.#stretches.slice(-heaterChangesMax / 2);
    }
  }

  truth(at: PlantTime, quantity: string): number {
    if (quantity !== "temperature") throw new UsageError(`a boiler has no ${quantity}`);
    return this.#after(this.#stretchAt(at), at);
  }

  /** Almost always the last or the one before it. */
  #stretchAt(at: PlantTime): Stretch {
    const stretch = this.#stretches.findLast(({ from }) => from <= at) ?? this.#stretches[0];
    assert(stretch !== undefined, "a boiler with no past");
    return stretch;
  }

  #after(stretch: Stretch, at: PlantTime): number {
    const { heaterPower, lossRate, ambient } = this.#options;
    const { from, temperature, heater } = stretch;
    if (at <= from) return temperature;
    const kept = ambient + (heaterPower * heater) / lossRate;
    const share = Math.exp((from - at) / this.#timeConstant);
    return Math.min(boilingPoint, kept + (temperature - kept) * share);
  }
}
