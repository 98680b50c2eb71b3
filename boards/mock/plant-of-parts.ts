/** Several plants as one, where none acts on another: each quantity belongs to one of them. */
import { assert, UsageError } from "../../src/kernel/assert.js";
import type { Plant, PlantTime } from "./plant.js";

export class PlantOfParts implements Plant {
  readonly quantities: readonly string[];
  readonly #parts: readonly Plant[];
  readonly #owners: ReadonlyMap<string, Plant>;

  constructor(parts: readonly Plant[]) {
    this.quantities = parts.flatMap((part) => part.quantities);
    this.#parts = parts;
    this.#owners = new Map(parts.flatMap((part) => part.quantities.map((name) => [name, part])));
    assert(this.#owners.size === this.quantities.length, "two parts have one quantity");
  }

  actuate(at: PlantTime, actuator: string, value: number): void {
    for (const part of this.#parts) part.actuate(at, actuator, value);
  }

  truth(at: PlantTime, quantity: string): number {
    const owner = this.#owners.get(quantity);
    if (owner === undefined) throw new UsageError(`the plant has no ${quantity}`);
    return owner.truth(at, quantity);
  }
}
